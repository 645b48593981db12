import { MlflowClient } from '../../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../../core/mlflow/signed-request';

const START = new Date('2026-01-02T00:00:00.000Z');
const END = new Date('2026-01-03T00:00:00.000Z');
const app = locateMlflowApp('arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE');
const client = new MlflowClient(app, async () => ({ accessKeyId: 'id', secretAccessKey: 'secret' }));

/** Answers once like MLflow, and keeps what was asked. */
function answering(answer: object) {
  const asked: { path: string; query: Record<string, string>; body: Record<string, unknown> }[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (url, init) => {
    const { pathname, searchParams } = new URL(String(url));
    const body = typeof init?.body === 'string' ? JSON.parse(init.body) : {};
    asked.push({ path: pathname.replace('/api/2.0/mlflow/', ''), query: Object.fromEntries(searchParams), body });
    return new Response(JSON.stringify(answer));
  });
  return asked;
}

afterEach(() => {
  jest.restoreAllMocks();
});

test('a page of experiments has deleted ones as well, and leads to the next', async () => {
  const asked = answering({ experiments: [{ experiment_id: '0' }, { experiment_id: '7' }], next_page_token: 'more' });
  expect(await client.experiments('here')).toEqual({ items: ['0', '7'], next: 'more' });
  expect(asked[0]).toMatchObject({ path: 'experiments/search', body: { view_type: 'ALL', page_token: 'here' } });
});

test('a page of runs has deleted ones as well, of the time that was asked for', async () => {
  const asked = answering({ runs: [{ info: { run_id: 'a', experiment_id: '7', lifecycle_stage: 'deleted' } }] });
  expect(await client.runs(['7'], START, END)).toMatchObject({ items: [{ id: 'a', deleted: true }], next: undefined });
  expect(asked[0]).toMatchObject({
    path: 'runs/search',
    body: {
      experiment_ids: ['7'],
      filter: 'attributes.start_time >= 1767312000000 AND attributes.start_time < 1767398400000',
      run_view_type: 'ALL',
      order_by: ['attributes.start_time ASC'],
    },
  });
  expect(asked[0]?.body).not.toHaveProperty('page_token');
});

test('a page of logged models leaves out those that name no run', async () => {
  const model = (model_id: string, source_run_id?: string) => ({
    info: { model_id, source_run_id, creation_timestamp_ms: '1767312000000', artifact_uri: 's3://x', tags: [] },
  });
  const asked = answering({ models: [model('m-1', 'a'), model('m-2'), model('m-3', '')], next_page_token: '' });
  const page = await client.loggedModels(['7'], START, END, 'here');
  expect(page).toMatchObject({ items: [{ id: 'm-1', runId: 'a', loggedAt: START }], next: undefined });
  expect(page.items).toHaveLength(1);
  expect(asked[0]).toMatchObject({
    path: 'logged-models/search',
    body: {
      experiment_ids: ['7'],
      filter: 'creation_timestamp >= 1767312000000 AND creation_timestamp < 1767398400000',
      page_token: 'here',
    },
  });
});

test('a page of versions has all models, the newest first', async () => {
  const version = { name: 'diagnosis', version: '3', creation_timestamp: 1767312000000 };
  const asked = answering({
    model_versions: [
      { ...version, run_id: 'a', source: 'models:/m-1', tags: [{ key: 'team', value: 'x' }] },
      { ...version, run_id: '' },
    ],
    next_page_token: 'more',
  });
  expect(await client.modelVersions()).toEqual({
    items: [
      {
        name: 'diagnosis',
        version: '3',
        runId: 'a',
        source: 'models:/m-1',
        registeredAt: START,
        tags: { team: 'x' },
      },
      { name: 'diagnosis', version: '3', runId: undefined, source: '', registeredAt: START, tags: {} },
    ],
    next: 'more',
  });
  expect(asked[0]).toMatchObject({ path: 'model-versions/search', query: { order_by: 'creation_timestamp DESC' } });
});

test.each<[what: string, page: () => Promise<unknown>]>([
  ['experiments', () => client.experiments()],
  ['runs', () => client.runs(['7'], START, END)],
  ['logged models', () => client.loggedModels(['7'], START, END)],
  ['versions', () => client.modelVersions()],
])('a page of no %s is empty, though MLflow leaves empty lists out', async (_what, page) => {
  answering({});
  expect(await page()).toEqual({ items: [], next: undefined });
});
