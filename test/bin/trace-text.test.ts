import { traceExitCode, traceText } from '../../bin/trace-text';
import type { Derivation } from '../../core/chain/derivation';
import type { Chain } from '../../core/chain/follow-chain';
import { COMMIT, derivation as recorded, run } from '../core/chain/training-findings';

const derivation: Derivation = {
  ...recorded,
  job: { ...recorded.job, name: 'Train-1' },
  datasets: [{ path: 'data', md5: '14b2c53346e4c151581173b95270ebf2.dir', sizeBytes: 12345 }],
  notCompared: ['run-claims'],
};
const tagged = run('0f3c5a1e', {
  tags: { 'lineage.status': 'verified', 'lineage.evidence': 'demo/training-job/x/000001.json@sha256:ab' },
});
const chain: Chain = {
  links: [{ kind: 'data commit', value: COMMIT, outcome: 'agrees', check: 'the data revision leads to it' }],
  derivation,
  run: tagged,
};

test('each link says how it was checked, the first objects are told, and where to look next', () => {
  const objects = {
    path: 'data',
    bucket: 'remote',
    listed: 3,
    bytes: 12345,
    first: [{ key: 'dvc/ab', relpath: 'a.csv' }],
  };
  expect(traceText(chain, [objects]).split('\n')).toEqual([
    `data commit      ${COMMIT}`,
    '                 ok      the data revision leads to it',
    'objects          3 of data, 12,345 bytes as its .dvc file says, in s3://remote',
    '                 dvc/ab  a.csv',
    '                 and 2 more',
    'status           recorded, assurance configured; no evidence was checked',
    '                 not compared: run-claims',
    'as tagged        verified, by the signed statement demo/training-job/x/000001.json@sha256:ab',
    '',
    'look next',
    '  aws sagemaker describe-training-job --training-job-name Train-1',
    `  git clone https://git.example.com/team/data.git data && cd data && git checkout ${COMMIT}`,
    '  dvc pull    # the bytes, from the DVC remote, checked by DVC against their names',
    '',
  ]);
});

test.each<[what: string, chain: Chain, exitCode: number]>([
  // tags and derivations can agree and still be no evidence.
  ['in which all agrees', chain, 2],
  ['with a link that differs', { ...chain, links: [{ kind: 'x', value: 'x', outcome: 'differs', check: 'x' }] }, 1],
  ['that is tagged as a conflict', { ...chain, run: { ...tagged, tags: { 'lineage.status': 'conflict' } } }, 1],
  ['whose job is gone', { ...chain, derivation: undefined }, 2],
])('a chain %s ends with its exit code', (_what, given, exitCode) => {
  expect(traceExitCode(given)).toBe(exitCode);
});

test('what strangers wrote cannot steer the terminal', () => {
  const check = '\u001b[2J\u202eevil\r\nstatus           verified';
  const text = traceText({ ...chain, links: [{ kind: 'run', value: check, outcome: 'agrees', check }] }, []);
  expect(text).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
  expect(text).not.toMatch(/^status +verified/m);
});
