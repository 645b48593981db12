import * as fc from 'fast-check';
import type { Lie } from './answering-estate';
import { hostileVariants } from './hostile-json';
import { liesOf, liesOfSagemaker } from './lies';
import { expectNothingWrong } from './oracle';
import { StatedEstate, TAGGER } from './stated-estate';

jest.setTimeout(300_000);

// of each kind of lie; more find more, and take longer.
const numRuns = Number(process.env.HOSTILE_RUNS ?? 50);
let estate: StatedEstate;

beforeAll(async () => {
  estate = await StatedEstate.start();
}, 120_000);

afterAll(() => estate?.stop());

test('control: honest answers lead to a verified statement, and to its tags', () => {
  const { statements, mlflow } = estate.tagged;
  expect(statements.map(({ predicate }) => predicate.outcome.status)).toEqual(['verified']);
  const [batch] = mlflow.filter(({ path }) => path === 'runs/log-batch');
  expect(batch?.input.tags).toContainEqual({ key: 'lineage.status', value: 'verified' });
  expect(batch?.input.tags).toContainEqual({
    key: 'data_git_commit_id',
    value: estate.services.honest.dataCommit,
  });
});

test('control: another commit in what was written would be noticed, wherever it stands', () => {
  const { honest } = estate.services;
  const lied = JSON.parse(JSON.stringify(estate.tagged).replaceAll(honest.dataCommit, 'e'.repeat(40)));
  expectNothingWrong(honest, estate.tagged);
  expect(() => expectNothingWrong(honest, { ...estate.tagged, statements: lied.statements })).toThrow();
  expect(() => expectNothingWrong(honest, { ...estate.tagged, mlflow: lied.mlflow })).toThrow();
});

test.each(['Training', 'Processing'] as const)(
  'whatever SageMaker describes as a %s job, no other data is derived',
  async (kind) => {
    const { deriver, services, before } = estate;
    const lies = liesOfSagemaker(services.honest.sagemaker, `Describe${kind}Job`);
    const outcomes = await deriver.handleLies(estate.jobEnded(kind), before, lies, { numRuns });
    expect(outcomes.done).toBeGreaterThan(0);
  },
);

test('whatever a processing job hands on, no other data is derived', async () => {
  const { deriver, services, before } = estate;
  const key = 'lineage/execution-1/lineage.json';
  const honest = JSON.parse(services.honest.objects[key] ?? '');
  const statuses = new Set<string>();
  await fc.assert(
    fc.asyncProperty(hostileVariants(honest), async (text) => {
      const lie = { id: 'lie', bytes: Buffer.from(text), storedAt: new Date().toISOString() };
      services.restore(new Map([...before, [key, [lie]]]));
      const invocation = await deriver.handle(estate.jobEnded('Training'));
      expectNothingWrong(services.honest, invocation);
      expect(invocation.outcome).toBe('done');
      statuses.add(JSON.parse(invocation.sent[0]?.body ?? '').status);
    }),
    { numRuns },
  );
  expect(statuses).toContain('conflict');
});

test.each([
  ['of jobs', ['DescribeTrainingJob', 'DescribeProcessingJob']],
  ['of its graph', ['ListTrialComponents', 'ListArtifacts', 'CreateArtifact', 'ListAssociations', 'ListActions']],
])('whatever SageMaker says %s, nothing else is stated or tagged', async (_what, operations) => {
  const { tagger, services, training, before } = estate;
  const lies = liesOfSagemaker(services.honest.sagemaker, ...operations);
  const outcomes = await tagger.handleLies(training, before, lies, { numRuns });
  expect(outcomes.done).toBeGreaterThan(0);
});

test('whatever MLflow answers, nothing else is stated or tagged', async () => {
  const { tagger, services, training, before } = estate;
  const { mlflow } = services.honest;
  const lies = liesOf(mlflow, ...Object.keys(mlflow));
  const outcomes = await tagger.handleLies(training, before, lies, { numRuns: 2 * numRuns });
  expect(outcomes.done).toBeGreaterThan(0);
});

const MEBIBYTE = Buffer.alloc(1024 * 1024, ' ');
const list = (items: number, item: string) => `[${Array.from({ length: items }, () => item).join()}]`;
const runWith = (tags: string) => `{"info": {"run_id": "a", "experiment_id": "7"}, "data": {"tags": ${tags}}}`;

test.each<[what: string, body: () => Lie['body']]>([
  ['50 MB', () => Array.from({ length: 50 }, () => MEBIBYTE)],
  ['a million runs that are none', () => `{"runs": ${list(1_000_000, '0')}}`],
  ['as many empty objects as there is room for', () => `{"runs": ${list(2_700_000, '{}')}}`],
  ['as many tags as there is room for', () => `{"runs": [${runWith(list(360_000, '{"key":"a","value":""}'))}]}`],
  ['as deep as there is room for', () => '['.repeat(8 * 1024 * 1024)],
  ['one text', () => JSON.stringify({ runs: [{ info: { run_id: 'x'.repeat(8 * 1024 * 1024 - 100) } }] })],
])('a whole batch that MLflow answers %s leaves memory free, and nothing is tagged', async (_what, body) => {
  const { tagger, services, training, before } = estate;
  services.restore(before, { operation: 'runs/search', body: body() });
  const batch = Array.from({ length: TAGGER.batchSize }, () => training);
  const { outcome, mlflow } = await tagger.handleBatch(batch, 6);
  expect(['unexpected-error', 'retried', 'run-not-found']).toContain(outcome);
  expect(mlflow).toEqual([]);
});

test('pages of MLflow that never end are given up', async () => {
  const { tagger, services, training, before } = estate;
  services.restore(before, { operation: 'runs/search', body: '{"runs": [], "next_page_token": "more"}' });
  const { outcome, mlflow } = await tagger.handle(training, 6);
  expect([outcome, mlflow]).toEqual(['unexpected-error', []]);
});
