import * as fc from 'fast-check';
import { canonicalJson } from '../../../core/evidence/canonical-json';
import { checkpointDraft } from '../../../core/evidence/checkpoint';
import {
  EVIDENCE_CONFLICT_REASONS,
  EVIDENCE_NOT_COMPARED,
  EVIDENCE_UNRESOLVED_REASONS,
} from '../../../core/evidence/outcome';
import type { Position } from '../../../core/evidence/predicate-frame';
import { composeStatement, type Draft, isSameOutcome, type Statement } from '../../../core/evidence/statement';
import {
  COMMIT,
  census,
  dataRevisionDraft,
  datasetDraft,
  deploymentDraft,
  from,
  outcomeNumber,
  RECORDED_BY,
  SHA,
  trainingDraft,
} from './drafts';

const first: Position = { sequence: 1, previous: null, recordedAt: '2026-01-02T04:00:00.000Z' };
const second: Position = { sequence: 2, previous: SHA, recordedAt: '2026-01-03T04:00:00.000Z' };
const head = { chain: 'demo/training-job/train-1/20260102T030405.000Z/', sequence: 2, sha256: SHA };

const checkpoint = () =>
  checkpointDraft(
    { platform: 'demo', recordedBy: RECORDED_BY, day: '2026-01-02', census: census() },
    { heads: [head], problems: [] },
  );

const drafts: [string, () => Draft][] = [
  ['dataset', datasetDraft],
  ['training', trainingDraft],
  ['deployment', deploymentDraft],
  ['data revision', dataRevisionDraft],
  ['checkpoint', checkpoint],
];

test.each(drafts)('a %s statement is an in-toto statement whose subjects have digests to trust', (_what, draft) => {
  const statement = composeStatement(draft(), first);
  expect(statement._type).toBe('https://in-toto.io/Statement/v1');
  expect(statement.subject.length).toBeGreaterThan(0);
  expect(canonicalJson(statement.subject.map(({ digest }) => Object.keys(digest)))).not.toContain('md5');
});

test('a training statement names the job, the data commit, the listing and the model by digest', () => {
  const { subject } = composeStatement(trainingDraft(), first);
  expect(subject).toEqual([
    {
      name: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1 2026-01-02T03:04:05.000Z',
      digest: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) },
    },
    { name: 'https://git.example.com/team/data.git', digest: { gitCommit: COMMIT } },
    { name: 'data/train@14b2c53346e4c151581173b95270ebf2.dir listing', digest: { sha256: SHA } },
    { name: 's3://artifacts/models/train-1/output/model.tar.gz v1', digest: { sha256: 'cd'.repeat(32) } },
  ]);
});

test('another creation time is another subject, whatever the name', () => {
  const draft = trainingDraft();
  const again = trainingDraft({ about: { ...draft.predicate.about, createdAt: '2026-02-02T03:04:05.000Z' } });
  const [one, other] = [draft, again].map((some) => composeStatement(some, first).subject[0]);
  expect(one?.digest).not.toEqual(other?.digest);
});

test('the same facts in another order give the same bytes', () => {
  const draft = datasetDraft();
  const [dataset] = draft.predicate.data?.datasets ?? [];
  const datasets = ['b', 'c', 'a'].map((path) => ({ ...(dataset as NonNullable<typeof dataset>), path }));
  const bytes = (order: typeof datasets) => {
    const data = { ...(draft.predicate.data as NonNullable<typeof draft.predicate.data>), datasets: order };
    return canonicalJson(composeStatement({ ...draft, predicate: { ...draft.predicate, data } }, first));
  };
  fc.assert(
    fc.property(fc.shuffledSubarray(datasets, { minLength: 3 }), (order) => {
      expect(bytes(order)).toBe(bytes(datasets));
    }),
  );
});

test.each(drafts)('a %s statement has the same outcome wherever and whenever it is made', (_what, draft) => {
  const later = JSON.parse(JSON.stringify(draft()).replaceAll('2026-01-02T03:30:00.000Z', '2027-05-05T05:05:05.000Z'));
  later.predicate.recordedBy = 'cdk-ml-lineage/9.9.9';
  expect(isSameOutcome(composeStatement(draft(), first), composeStatement(later, second))).toBe(true);
});

test.each<[string, Draft]>([
  ['another commit', withCommit('1'.repeat(40))],
  ['another status', outcomeNumber(1)],
  ['another model version', trainingDraft({ model: null })],
  [
    'another time of creation',
    trainingDraft({ about: { ...trainingDraft().predicate.about, createdAt: first.recordedAt } }),
  ],
  [
    'another source',
    trainingDraft({ checks: [{ check: 'revision-target', agrees: true, ...from('git:read-commit') }] }),
  ],
])('%s is another outcome', (_what, draft) => {
  expect(isSameOutcome(composeStatement(trainingDraft(), first), composeStatement(draft, first))).toBe(false);
});

test.each<[string, Draft]>([
  ['verified, with something that was not compared', trainingDraft({ outcome: outcome('verified', ['dvc-lock']) })],
  ['recorded, with nothing that was not compared', trainingDraft({ outcome: outcome('recorded', []) })],
  ['recorded, without data', without(trainingDraft(), 'data')],
  ['a member that no schema knows', trainingDraft({ note: 'x' } as object)],
  ['an ARN of another job', trainingDraft({ about: { ...trainingDraft().predicate.about, name: 'train-2' } })],
  ['an ARN of another kind', trainingDraft({ about: { ...trainingDraft().predicate.about, kind: 'processing-job' } })],
  ['an endpoint in a training statement', trainingDraft({ about: deploymentDraft().predicate.about })],
  [
    'verified, with a claim that differs',
    trainingDraft({
      outcome: outcome('verified', []),
      claims: [
        {
          claimed: 'data-commit',
          said: { value: '1'.repeat(40) },
          derived: COMMIT,
          agrees: false,
          ...from('mlflow:get-run'),
        },
      ],
    }),
  ],
  [
    'a claim that is said to agree and differs',
    trainingDraft({
      claims: [
        {
          claimed: 'data-commit',
          said: { value: '1'.repeat(40) },
          derived: COMMIT,
          agrees: true,
          ...from('mlflow:get-run'),
        },
      ],
    }),
  ],
])('fails on %s', (_what, draft) => {
  expect(() => composeStatement(draft, first)).toThrow();
});

test('control: a verified statement with everything compared is accepted', () => {
  const draft = trainingDraft({ outcome: outcome('verified', []) });
  expect(composeStatement(draft, first).predicate).toMatchObject({ outcome: { status: 'verified' } });
});

test.each<[string, Position]>([
  ['a first statement with a previous one', { ...first, previous: SHA }],
  ['a second statement without', { ...second, previous: null }],
])('fails on %s', (_what, position) => {
  expect(() => composeStatement(trainingDraft(), position)).toThrow('the first statement of a chain');
});

test.each<[string, (predicate: Extract<Statement, { predicate: { heads: unknown } }>['predicate']) => object]>([
  ['another root', () => ({ merkleRoot: SHA })],
  ['other counts', () => ({ counts: { chains: 1, statements: 3 } })],
  ['a head of another platform', () => ({ heads: [{ ...head, chain: head.chain.replace('demo', 'other') }] })],
  ['a chain twice', ({ heads }) => ({ heads: [...heads, ...heads] })],
  ['fewer problems than it shows', ({ problems }) => ({ problems: { ...problems, found: -1 } })],
  [
    'more jobs with a statement than jobs',
    ({ census: { trainingJobs, ...others } }) => ({
      census: {
        ...others,
        trainingJobs: { ...trainingJobs, value: { listed: 3, inScope: 1, running: 0, withStatement: 2 } },
      },
    }),
  ],
])('fails on a checkpoint with %s', (_what, change) => {
  const draft = checkpoint();
  const predicate = { ...draft.predicate, ...change(draft.predicate as never) };
  expect(() => composeStatement({ ...draft, predicate } as Draft, first)).toThrow();
});

test.each([
  ['unresolved', EVIDENCE_UNRESOLVED_REASONS],
  ['conflict', EVIDENCE_CONFLICT_REASONS],
  ['not compared', EVIDENCE_NOT_COMPARED],
])('no code is on the list of "%s" twice', (_what, codes) => {
  expect(new Set<string>(codes).size).toBe(codes.length);
});

function outcome(status: 'verified' | 'recorded', notCompared: 'dvc-lock'[]) {
  return { status, assurance: 'configured', notCompared } as never;
}

function without(draft: ReturnType<typeof trainingDraft>, member: 'data'): Draft {
  const { [member]: _left, ...predicate } = draft.predicate;
  return { ...draft, predicate };
}

function withCommit(dataCommit: string): Draft {
  const draft = trainingDraft();
  const data = draft.predicate.data as NonNullable<typeof draft.predicate.data>;
  const resolution = { ...data.resolution, value: { ...data.resolution.value, dataCommit } };
  return trainingDraft({ data: { ...data, resolution } });
}
