import { MlflowClient } from '../../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../../core/mlflow/signed-request';

const START = new Date('2026-01-02T00:00:00.000Z');
const END = new Date('2026-01-03T00:00:00.000Z');
const app = locateMlflowApp('arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE');
const client = new MlflowClient(app, async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }));

/** Answers like MLflow, one call after the other, and keeps what was asked. */
function answering(...answers: object[]) {
  const asked: { path: string; query: Record<string, string>; body: Record<string, unknown> }[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    const { pathname, searchParams } = new URL(String(url));
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {};
    asked.push({ path: pathname.replace('/api/2.0/mlflow/', ''), query: Object.fromEntries(searchParams), body });
    return new Response(JSON.stringify(answers[asked.length - 1]));
  });
  return asked;
}

afterEach(() => {
  jest.restoreAllMocks();
});

const run = (run_id: string) => ({ info: { run_id, experiment_id: '1' } });

test('runs that began in a time are visited page by page, in all experiments, deleted ones as well', async () => {
  const asked = answering(
    { experiments: [{ experiment_id: '1' }, { experiment_id: '2' }] },
    { runs: [run('a'), run('b')], next_page_token: 'more' },
    { runs: [run('c')] },
  );
  const visited: string[] = [];
  for await (const { id } of client.findRunsStarted(START, END)) {
    visited.push(id);
  }
  expect(visited).toEqual(['a', 'b', 'c']);
  expect(asked[1]).toMatchObject({
    path: 'runs/search',
    body: {
      experiment_ids: ['1', '2'],
      filter: 'attributes.start_time >= 1767312000000 AND attributes.start_time < 1767398400000',
      run_view_type: 'ALL',
    },
  });
  expect(asked[2]?.body).toMatchObject({ page_token: 'more' });
});

test('model versions are counted from the newest on, and no further than to the beginning of the time', async () => {
  const version = (time: string) => ({ creation_timestamp: String(Date.parse(time)) });
  const asked = answering(
    {
      model_versions: [version('2026-01-03T00:00:00.000Z'), version('2026-01-02T23:59:59.999Z')],
      next_page_token: 'more',
    },
    {
      model_versions: [version('2026-01-02T00:00:00.000Z'), version('2026-01-01T23:59:59.999Z')],
      next_page_token: 'not asked for',
    },
  );
  expect(await client.countModelVersions(START, END)).toBe(2);
  expect(asked.map(({ path }) => path)).toEqual(['model-versions/search', 'model-versions/search']);
  expect(asked[1]?.query).toMatchObject({ order_by: 'creation_timestamp DESC', page_token: 'more' });
});

test('no version and no run are a count of zero, though MLflow leaves empty lists out', async () => {
  answering({});
  expect(await client.countModelVersions(START, END)).toBe(0);
});
