import { MlflowClient } from '../../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../../core/mlflow/signed-request';

const RUN = '0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b';
const MODEL_ID = `m-${'1'.repeat(32)}`;
const client = new MlflowClient(
  locateMlflowApp('arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/app-EXAMPLE'),
  async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' }),
);

interface Asked {
  readonly method: string;
  readonly path: string;
  readonly query: Record<string, string>;
  readonly body: unknown;
}

/** Answers every request with what is made of it, and keeps the requests. */
function answering(answer: (asked: Asked) => unknown): Asked[] {
  const requests: Asked[] = [];
  jest.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(String(input));
    const asked = {
      method: String(init?.method),
      path: url.pathname.replace('/api/2.0/mlflow/', ''),
      query: Object.fromEntries(url.searchParams),
      body: init?.body ? JSON.parse(String(init.body)) : undefined,
    };
    requests.push(asked);
    return Response.json(answer(asked));
  });
  return requests;
}

afterEach(() => {
  jest.restoreAllMocks();
});

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) {
    found.push(item);
  }
  return found;
}

function modelPage({ body }: Asked) {
  const info = { model_id: MODEL_ID, source_run_id: RUN, creation_timestamp_ms: '1767323345000' };
  const isFirst = !(body as { page_token?: string }).page_token;
  return { models: [{ info }], ...(isFirst ? { next_page_token: 'more' } : {}) };
}

test('all pages of the models of a run are read', async () => {
  const requests = answering(modelPage);
  const found = await all(client.findLoggedModels({ id: RUN, experimentId: '3' }));
  expect(found).toHaveLength(2);
  expect(found[0]).toEqual({
    id: MODEL_ID,
    runId: RUN,
    loggedAt: new Date('2026-01-02T03:09:05Z'),
    artifactLocation: '',
    tags: {},
  });
  expect(requests).toEqual([
    {
      method: 'POST',
      path: 'logged-models/search',
      query: {},
      body: { experiment_ids: ['3'], filter: `source_run_id = '${RUN}'`, max_results: 100 },
    },
    expect.objectContaining({ body: expect.objectContaining({ page_token: 'more' }) }),
  ]);
});

test('no page is asked for that nobody reads', async () => {
  const requests = answering(modelPage);
  for await (const { id } of client.findLoggedModels({ id: RUN, experimentId: '3' })) {
    expect(id).toBe(MODEL_ID);
    break;
  }
  expect(requests).toHaveLength(1);
});

test('model versions of many runs are asked for in addresses that stay short', async () => {
  const runs = Array.from({ length: 100 }, (_, index) => index.toString(16).padStart(32, '0'));
  const requests = answering(({ query }) => ({
    model_versions: [
      { name: 'diagnosis', version: '1', run_id: query.filter?.slice(12, 44), tags: [{ key: 'a', value: 'b' }] },
    ],
  }));
  const found = await all(client.findModelVersions(runs));
  expect(found).toEqual([
    { name: 'diagnosis', version: '1', runId: runs[0], source: '', tags: { a: 'b' } },
    { name: 'diagnosis', version: '1', runId: runs[50], source: '', tags: { a: 'b' } },
  ]);
  expect(requests.map(({ query }) => query.filter?.match(/'[0-9a-f]{32}'/g)?.length)).toEqual([50, 50]);
});

test('a model whose id could lead to another address is refused', async () => {
  const info = { model_id: '../runs/delete', source_run_id: RUN, creation_timestamp_ms: 1 };
  answering(() => ({ models: [{ info }] }));
  await expect(all(client.findLoggedModels({ id: RUN, experimentId: '3' }))).rejects.toThrow(/model_id/);
});

test('tags are written in one call on a logged model, and each by itself on a model version', async () => {
  const requests = answering(() => ({}));
  await client.setLoggedModelTags(MODEL_ID, { a: '1', b: '2' });
  await client.setModelVersionTags({ name: 'my model', version: '3' }, { a: '1', b: '2' });
  const tags = [
    { key: 'a', value: '1' },
    { key: 'b', value: '2' },
  ];
  expect(requests.map(({ method, path, body }) => [method, path, body])).toEqual([
    ['PATCH', `logged-models/${MODEL_ID}/tags`, { tags }],
    ['POST', 'model-versions/set-tag', { name: 'my model', version: '3', ...tags[0] }],
    ['POST', 'model-versions/set-tag', { name: 'my model', version: '3', ...tags[1] }],
  ]);
});

test('the input of a run is told with its context, and read back with it', async () => {
  const input = {
    name: 'data',
    digest: '0'.repeat(36),
    sourceType: 'dvc',
    source: '{}',
    context: 'lineage.derived',
    tags: { a: '1' },
  };
  const told: unknown[] = [];
  answering(({ path, body }) => {
    if (path === 'runs/log-inputs') {
      told.push(...(body as { datasets: unknown[] }).datasets);
      return {};
    }
    return { run: { info: { run_id: RUN, experiment_id: '3' }, inputs: { dataset_inputs: told } } };
  });
  await client.logInputs(RUN, [input]);
  expect((await client.getRun(RUN))?.datasets).toEqual([
    { sourceType: 'dvc', source: '{}', context: 'lineage.derived' },
  ]);
});

const newVersion = { name: 'my model', source: `models:/${MODEL_ID}`, runId: RUN, modelId: MODEL_ID };

test('a model version is made of a logged model, as the own client of MLflow makes it', async () => {
  const requests = answering(() => ({ model_version: { name: 'my model', version: '4' } }));
  await expect(client.createModelVersion(newVersion)).resolves.toBe('4');
  const body = {
    name: 'my model',
    source: `models:/${MODEL_ID}`,
    run_id: RUN,
    model_id: MODEL_ID,
  };
  expect(requests).toEqual([{ method: 'POST', path: 'model-versions/create', query: {}, body }]);
});

test('a model version without a logged model names none', async () => {
  const requests = answering(() => ({ model_version: { version: '4' } }));
  await client.createModelVersion({ ...newVersion, source: 's3://bucket/model.tar.gz', modelId: undefined });
  expect(requests[0]?.body).not.toHaveProperty('model_id');
});

test('a version is deleted by its number', async () => {
  const requests = answering(() => ({}));
  await client.deleteModelVersion({ name: 'my model', version: '4' });
  expect(requests).toEqual([
    { method: 'DELETE', path: 'model-versions/delete', query: {}, body: { name: 'my model', version: '4' } },
  ]);
});

test('a registered model that is there already is taken', async () => {
  const requests = answering(() => ({ registered_model: { name: 'my model' } }));
  await client.createRegisteredModel('my model');
  expect(requests).toEqual([
    { method: 'POST', path: 'registered-models/create', query: {}, body: { name: 'my model' } },
  ]);
  const refuse = (error_code: string) =>
    jest.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ error_code }, { status: 400 }));
  refuse('RESOURCE_ALREADY_EXISTS');
  await expect(client.createRegisteredModel('my model')).resolves.toBeUndefined();
  refuse('INVALID_PARAMETER_VALUE');
  await expect(client.createRegisteredModel('my model')).rejects.toThrow('INVALID_PARAMETER_VALUE');
});

test('an error names its code, and nothing that MLflow repeats of what it was told', async () => {
  const message = 'Model Version (name=s3cret, version=3) not found';
  const refuse = async () => Response.json({ error_code: 'RESOURCE_DOES_NOT_EXIST', message }, { status: 404 });
  jest.spyOn(globalThis, 'fetch').mockImplementation(refuse);
  const error = await client.setModelVersionTags({ name: 's3cret', version: '3' }, { a: '1' }).catch(String);
  expect(error).toContain('MLflow answers model-versions/set-tag with HTTP 404, RESOURCE_DOES_NOT_EXIST');
  expect(error).not.toContain('s3cret');
});

const VERSION = { name: 'diagnosis', version: '3', run_id: RUN, creation_timestamp: '1767323345000' };
const REGISTERED = { name: 'diagnosis', version: '3', runId: RUN, registeredAt: new Date('2026-01-02T03:09:05Z') };

test('an alias stands for a version', async () => {
  const requests = answering(() => ({ model_version: VERSION }));
  await expect(client.getAliasedVersion('diagnosis', 'champion')).resolves.toEqual(REGISTERED);
  expect(requests).toMatchObject([
    { path: 'registered-models/alias', query: { name: 'diagnosis', alias: 'champion' } },
  ]);
});

test.each([
  ['of no alias', 400, 'INVALID_PARAMETER_VALUE'],
  ['of no model', 404, 'RESOURCE_DOES_NOT_EXIST'],
])('an answer %s is none, and any other refusal is one', async (_what, status, error_code) => {
  const refuse = (code: string, as: number) =>
    jest.spyOn(globalThis, 'fetch').mockImplementation(async () => Response.json({ error_code: code }, { status: as }));
  refuse(error_code, status);
  await expect(client.getAliasedVersion('diagnosis', 'champion')).resolves.toBeUndefined();
  refuse('PERMISSION_DENIED', 403);
  await expect(client.getAliasedVersion('diagnosis', 'champion')).rejects.toThrow('PERMISSION_DENIED');
});

test('versions are found by a tag, page by page, also such without a run', async () => {
  const requests = answering(({ query }) => ({
    model_versions: [query.page_token ? { ...VERSION, run_id: '' } : VERSION],
    ...(query.page_token ? {} : { next_page_token: 'more' }),
  }));
  const arn = 'arn:aws:sagemaker:eu-west-1:111122223333:model-package/diagnosis/3';
  const found = await all(client.findVersionsByTag('sagemaker.model_package_arn', arn));
  expect(found).toEqual([REGISTERED, { ...REGISTERED, runId: undefined }]);
  expect(requests[0]).toMatchObject({ query: { filter: `tags.\`sagemaker.model_package_arn\` = '${arn}'` } });
});

test('nothing is searched by what could change the question', async () => {
  const requests = answering(() => ({}));
  await expect(all(client.findVersionsByTag('tag', "x' OR name = 'y"))).rejects.toThrow('only be searched by an ARN');
  await expect(all(client.findRunsOfDataset('tag', "%' OR 1"))).rejects.toThrow('by the address of a dataset');
  expect(requests).toEqual([]);
});

test('runs are found by one of the datasets in their tag, and not by one whose address only begins like it', async () => {
  const md5 = '0cc175b9c0f1b6a831c399e269772661';
  const runWith = (value: string) => ({
    info: { run_id: RUN, experiment_id: '3' },
    data: { tags: [{ key: 'lineage.dataset', value }] },
  });
  const requests = answering(({ path }) =>
    path === 'experiments/search'
      ? { experiments: [{ experiment_id: '3' }] }
      : { runs: [runWith(`a@${md5}\nb@${'f'.repeat(32)}`), runWith(`a@${md5}.dir`)] },
  );
  const found = await all(client.findRunsOfDataset('lineage.dataset', md5));
  expect(found.map(({ tags }) => tags['lineage.dataset'])).toEqual([`a@${md5}\nb@${'f'.repeat(32)}`]);
  expect(requests.at(-1)?.body).toMatchObject({ filter: `tags.\`lineage.dataset\` LIKE '%@${md5}%'` });
});

test('fails on a search that always has one more page', async () => {
  const requests = answering(() => ({ experiments: [], next_page_token: 'more' }));
  await expect(all(client.findRunsByTag('tag', 'train-1'))).rejects.toThrow(/has more than 1000 pages/);
  expect(requests.length).toBeLessThan(1010);
});

test('fails on an answer that is too large to be held', async () => {
  const zeros = new Uint8Array(1024 * 1024);
  const endless = () => new ReadableStream({ pull: (controller) => controller.enqueue(zeros) });
  jest.spyOn(globalThis, 'fetch').mockImplementation(async () => new Response(endless()));
  await expect(client.getRun(RUN)).rejects.toThrow('the answer of MLflow to runs/get has more than 8388608 bytes');
});

test('fails on an answer of more parts than can be held', async () => {
  answering(() => ({ run: Array.from({ length: 250_000 }, () => []) }));
  await expect(client.getRun(RUN)).rejects.toThrow('the answer of MLflow to runs/get has more than 250000 lists');
});

test.each(['', 'a b', "1') OR ('", '../1', 'x'.repeat(65)])(
  'fails on an experiment whose id is none: %j',
  async (experiment_id) => {
    answering(() => ({ experiments: [{ experiment_id }] }));
    await expect(client.experiments()).rejects.toThrow('experiment_id');
  },
);
