import { chainPrefix } from '../../../core/evidence/chain-key';
import { dayBefore } from '../../../core/evidence/day';
import { type CensusSources, TooManyToCount, takeCensus } from '../../../core/evidence/take-census';
import { SHA } from './drafts';

const DAY = dayBefore(new Date('2026-01-03T03:00:00Z'));
const NOW = new Date('2026-01-03T03:00:01.000Z');
const chain = (name: string) =>
  ({ platform: 'demo', kind: 'training-job', name, createdAt: '2026-01-02T03:04:05.000Z' }) as const;
const heads = [{ chain: chainPrefix(chain('train-1')), sequence: 2, sha256: SHA }];
const at = NOW.toISOString();

const sources: CensusSources = {
  jobs: async (kind) =>
    kind === 'processing-job'
      ? { listed: 2, ours: [] }
      : {
          listed: 5,
          ours: [
            { chain: chain('train-1'), running: false },
            { chain: chain('train-2'), running: false },
            { chain: chain('train-3'), running: true },
          ],
        },
  runs: async () => ({
    started: 9,
    statements: [
      undefined,
      `${heads[0]?.chain}000002.json@sha256:${SHA}`,
      `${heads[0]?.chain}000003.json@sha256:${SHA}`,
      `${chainPrefix(chain('train-2'))}000001.json@sha256:${SHA}`,
      'anything',
    ],
  }),
  countModelVersions: async () => 4,
};

async function take(change: Partial<CensusSources> = {}, failed: (what: string, error: unknown) => void = fail) {
  return (await takeCensus(DAY, { ...sources, ...change }, { now: () => NOW, failed }))(heads);
}

function fail(what: string, error: unknown): void {
  throw new Error(`${what}: ${error}`);
}

test('a day is over at midnight in UTC', () => {
  expect(DAY).toEqual({
    date: '2026-01-02',
    start: new Date('2026-01-02T00:00:00.000Z'),
    end: new Date('2026-01-03T00:00:00.000Z'),
  });
  expect(dayBefore(new Date('2026-01-03T00:00:00.000Z')).date).toBe('2026-01-02');
  expect(dayBefore(new Date('2026-01-02T23:59:59.999Z')).date).toBe('2026-01-01');
});

test('jobs count as proven where they have a chain, runs where their tag names a statement that is there', async () => {
  expect(await take()).toEqual({
    processingJobs: {
      value: { listed: 2, inScope: 0, running: 0, withStatement: 0 },
      source: { api: 'sagemaker:ListProcessingJobs' },
      at,
    },
    trainingJobs: {
      value: { listed: 5, inScope: 3, running: 1, withStatement: 1 },
      source: { api: 'sagemaker:ListTrainingJobs' },
      at,
    },
    runs: { value: { started: 9, tagged: 5, withStatement: 1 }, source: { api: 'mlflow:search-runs' }, at },
    modelVersions: { value: { registered: 4 }, source: { api: 'mlflow:search-model-versions' }, at },
  });
});

test('what could not be counted is said as such, without the words of whoever failed, and the rest is counted', async () => {
  const told: string[] = [];
  const broken = Object.assign(new Error('secret words'), { name: 'ThrottlingException' });
  const census = await take({ runs: () => Promise.reject(broken) }, (what) => void told.push(what));
  expect(census.runs).toEqual({ notCounted: 'mlflow:search-runs failed with ThrottlingException', at });
  expect(census.modelVersions).toMatchObject({ value: { registered: 4 } });
  expect(told).toEqual(['mlflow:search-runs']);
  expect(JSON.stringify(census)).not.toContain('secret');
});

test('a limit is named where there was more than is counted', async () => {
  const jobs = () => Promise.reject(new TooManyToCount('more than 5000 training-jobs were created in a day'));
  const census = await take({ jobs }, () => {});
  expect(census.trainingJobs).toEqual({ notCounted: 'more than 5000 training-jobs were created in a day', at });
});

test('whoever is told of a failure may have it all tried again', async () => {
  await expect(take({ countModelVersions: () => Promise.reject(new Error('away')) })).rejects.toThrow(
    'mlflow:search-model-versions: Error: away',
  );
});
