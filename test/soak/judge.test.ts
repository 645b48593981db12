import type { StoredStatement } from '../../core/evidence/verify-chain';
import type { Run } from '../../core/mlflow/mlflow-client';
import { type Found, judge } from './judge';
import type { Expected } from './oracle';

const statement = (status: string): StoredStatement =>
  ({
    key: 'soak/000001.json',
    sha256: 'a',
    statement: { predicate: { outcome: { status, notCompared: [] }, runs: { value: [{}] } } },
  }) as unknown as StoredStatement;

const run = (tags: Record<string, string>): Run => ({ id: 'run', status: 'FINISHED', tags }) as unknown as Run;

const EXPECTED: Expected = {
  parked: undefined,
  statements: [{ status: 'verified', reasons: [], notCompared: [], runs: 1 }],
  run: {
    status: 'verified',
    assurance: 'attested',
    dataCommit: 'c',
    dataset: 'd@e',
    dataRevision: 'r',
    ended: 'FINISHED',
  },
  edges: ['ContributedTo e'],
};

const TAGS = {
  'lineage.status': 'verified',
  'lineage.assurance': 'attested',
  data_git_commit_id: 'c',
  'lineage.dataset': 'd@e',
  'lineage.data_revision': 'r',
  'lineage.evidence': 'soak/000001.json@sha256:a',
  'lineage.primary_run': 'run',
};

const FOUND: Found = { statements: [statement('verified')], runs: [run(TAGS)], edges: ['ContributedTo e'], parked: [] };
const kinds = (changes: Partial<Found>) => judge('job', EXPECTED, { ...FOUND, ...changes }).map(({ kind }) => kind);

test('nothing is said of a job of which all came that has to', () => {
  expect(kinds({})).toEqual([]);
});

test('a job without its statement, tags, edge or parked message is lost', () => {
  expect(kinds({ statements: [] })).toContain('lost');
  expect(kinds({ runs: [run({ data_git_commit_id: 'c' })] })).toEqual(['lost']);
  expect(kinds({ edges: [] })).toEqual(['lost']);
  expect(judge('job', { ...EXPECTED, parked: 'run-not-found' }, FOUND).map(({ kind }) => kind)).toEqual(['lost']);
});

test('a job of which something else came is wrong', () => {
  expect(kinds({ statements: [statement('recorded')] })).toEqual(['wrong']);
  expect(kinds({ statements: [statement('verified'), statement('verified')] })).toEqual(['wrong']);
  expect(kinds({ runs: [run({ ...TAGS, data_git_commit_id: 'x' })] })).toEqual(['wrong']);
  expect(kinds({ runs: [run({ ...TAGS, 'lineage.evidence': 'another' })] })).toEqual(['wrong']);
  expect(kinds({ edges: ['ContributedTo e', 'ContributedTo f'] })).toEqual(['wrong']);
  expect(kinds({ parked: ['job-not-found'] })).toEqual(['wrong']);
});
