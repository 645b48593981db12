import { traceExitCode, traceText } from '../../bin/trace-text';
import type { Status } from '../../core/chain/derivation';
import type { Link } from '../../core/trace/link';
import { SourceFailure } from '../../core/trace/source-failure';
import { trace } from '../../core/trace/trace';
import { TraceReport, traceReport } from '../../core/trace/trace-report';
import { COMMIT } from '../core/chain/training-findings';
import { type Estate, estate, RUN } from '../core/trace/estate';

const traceOf = ({ sources }: Estate) => trace({ kind: 'run', runId: RUN }, sources, false);

test('each link says how it was checked, the first objects are told, and where to look next', async () => {
  const given = await estate();
  Object.assign(given.sources, { evidence: undefined });
  const lines = traceText(await traceOf(given)).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      `run              ${RUN}`,
      '                 ok      MLflow has it as FINISHED, tagged by cdk-ml-lineage/0.1.0',
      'evidence         demo/training-job/train-1/',
      '                 ?       not read: name the keys that you trust with --trust',
      `data commit      ${COMMIT}`,
      "                 ok      the data revision leads to it at the Git host, and so does the run's tag",
      'objects          1 of a',
      '                 dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661  a.csv',
      'status           recorded, assurance attested',
    ]),
  );
  expect(lines.slice(-7)).toEqual([
    '',
    'look next',
    '  aws sagemaker describe-training-job --training-job-name train-1',
    '  ml-lineage evidence verify train-1 --trust <fingerprint> --stack <stack of demo>',
    `  git clone https://git.example.com/team/data.git data && cd data && git checkout ${COMMIT}`,
    '  dvc pull    # the bytes, from the DVC remote, checked by DVC against their names',
    '',
  ]);
});

test('branches are indented, and what was found about a link goes on in lines of a hundred columns', async () => {
  const check = 'word '.repeat(60).trim();
  const link: Link = { kind: 'variant', value: 'a', outcome: 'agrees', check, sources: ['SageMaker'] };
  const traced = await traceOf(await estate());
  const chain = { links: [link], branches: [{ links: [link], branches: [] }] };
  const lines = traceText({ ...traced, chain }).split('\n');
  expect(lines[0]).toBe('variant          a');
  expect(lines.filter((line) => line.startsWith('  variant'))).toEqual(['  variant          a']);
  expect(Math.max(...lines.filter((line) => line.includes('word')).map(({ length }) => length))).toBeLessThanOrEqual(
    100,
  );
});

test('objects that could not be listed are left to their link', async () => {
  const traced = await traceOf(await estate());
  const objects = new SourceFailure('S3', 'unreachable', 'x');
  const datasets = traced.datasets.map((dataset) => ({ ...dataset, objects }));
  expect(traceText({ ...traced, datasets })).not.toMatch(/^objects/m);
  expect(traceReport({ ...traced, datasets }).datasets[0]?.objects).toBeNull();
});

test.each<[status: Status, exitCode: number]>([
  ['verified', 0],
  ['conflict', 1],
  ['recorded', 2],
  ['unresolved', 2],
])('what is %s ends with the exit code %d', async (status, exitCode) => {
  expect(traceExitCode({ ...(await traceOf(await estate())), status })).toBe(exitCode);
});

test('what strangers wrote cannot steer the terminal', async () => {
  const evil = '\u001b[2J\u202eevil\r\nstatus           verified';
  const link: Link = { kind: 'run', value: evil, outcome: 'agrees', check: evil, sources: ['MLflow'] };
  const traced = await traceOf(await estate());
  const datasets = traced.datasets.map((dataset) => ({ ...dataset, path: evil, dataRepository: evil }));
  const text = traceText({ ...traced, status: 'conflict', datasets, chain: { links: [link], branches: [] } });
  expect(text).not.toMatch(/\p{Cc}(?<!\n)|\p{Cf}/u);
  expect(text).not.toMatch(/^status +verified/m);
});

test('the report fits its published schema', async () => {
  const report = traceReport(await traceOf(await estate()));
  expect(TraceReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
  expect(report).toMatchObject({ subject: RUN, status: 'verified', assurance: 'attested', platform: 'demo' });
});
