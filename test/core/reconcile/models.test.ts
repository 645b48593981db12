import type { LoggedModel } from '../../../core/chain/job-models';
import type { RegisteredVersion } from '../../../core/mlflow/mlflow-pages';
import { run } from '../chain/training-findings';
import { EstateInMemory, SINCE, UNTIL, walkThrough } from './estate-in-memory';

const model: LoggedModel = {
  id: 'm-1',
  runId: 'one',
  loggedAt: new Date('2026-01-02T03:06:00Z'),
  artifactLocation: 's3://artifacts/1/models/m-1/artifacts',
  tags: {},
};
const version: RegisteredVersion = {
  name: 'diagnosis',
  version: '1',
  runId: 'one',
  source: 'models:/m-1',
  registeredAt: new Date('2026-01-04T00:00:00Z'),
  tags: {},
};

let estate: EstateInMemory;
let tags: Readonly<Record<string, string>>;

const lookAtModels = () => walkThrough(estate, { only: 'logged-models' });
const lookAtVersions = () => walkThrough(estate, { only: 'model-versions' });

beforeEach(async () => {
  estate = new EstateInMemory();
  tags = await estate.addSoundJob();
});

test('a logged model with what is stated of its job is sound', async () => {
  estate.loggedModels.push({ ...model, tags });
  expect(await lookAtModels()).toMatchObject({ gaps: [], walk: { looked: { 'logged-models': { seen: 1, ours: 1 } } } });
});

test('a logged model that carries nothing has its job looked at again', async () => {
  estate.loggedModels.push(model);
  const { gaps, messages } = await lookAtModels();
  expect(gaps).toEqual(['model-without-tags mlflow:logged-model/m-1 fed']);
  expect(messages).toEqual([expect.stringMatching(/^derivation .*training-job\/train-1/)]);
});

test('a logged model whose tag was changed has its job looked at again', async () => {
  estate.loggedModels.push({ ...model, tags: { ...tags, 'lineage.status': 'verified' } });
  expect((await lookAtModels()).gaps).toEqual(['tags-differ mlflow:logged-model/m-1 fed']);
});

test('a version that was registered later has its job looked at again', async () => {
  estate.loggedModels.push({ ...model, tags });
  estate.versions.push(version);
  expect((await lookAtVersions()).gaps).toEqual(['version-without-tags models:/diagnosis/1 fed']);
});

test('a version whose tag was removed has its job looked at again', async () => {
  const { 'lineage.evidence': _evidence, ...left } = tags;
  estate.loggedModels.push({ ...model, tags });
  estate.versions.push({ ...version, tags: left });
  expect((await lookAtVersions()).gaps).toEqual(['tags-differ models:/diagnosis/1 fed']);
});

test.each<[what: string, change: Partial<RegisteredVersion>]>([
  ['names no run', { runId: undefined }],
  ['names a run that is not there', { runId: 'gone' }],
  ['has its bytes elsewhere', { source: 's3://elsewhere/model' }],
  ['was registered before the time that is looked at', { registeredAt: new Date(SINCE.getTime() - 1) }],
  ['was registered a moment ago', { registeredAt: UNTIL }],
])('a version that %s is no gap', async (_what, change) => {
  estate.loggedModels.push({ ...model, tags });
  estate.versions.push({ ...version, ...change });
  expect(await lookAtVersions()).toMatchObject({ gaps: [], messages: [] });
});

test('versions are looked at from the newest on, and no further than to the beginning of the time', async () => {
  const registered = (day: number, name: string) => ({
    ...version,
    name,
    registeredAt: new Date(Date.UTC(2025, 11, 31 + day)),
  });
  estate.loggedModels.push({ ...model, tags });
  estate.versions.push(registered(5, 'new'), registered(2, 'old'), registered(0, 'older'), registered(-1, 'oldest'));
  estate.versions.push(registered(-2, 'never-asked-for'));
  const { gaps, steps } = await lookAtVersions();
  expect(gaps).toEqual(['version-without-tags models:/new/1 fed', 'version-without-tags models:/old/1 fed']);
  expect(steps).toBe(2);
});

test.each([
  ['of a notebook', run('notebook', { tags: {} })],
  ['that no statement names', run('late')],
  ['that names what is no job', run('strange', { tags: { 'sagemaker.training_job_name': '../x' } })],
])('a logged model of a run %s is not what is missing', async (_what, theirs) => {
  estate.mlflowRuns.push(theirs);
  estate.loggedModels.push({ ...model, runId: theirs.id });
  expect(await lookAtModels()).toMatchObject({ gaps: [], walk: { looked: { 'logged-models': { seen: 1, ours: 0 } } } });
});

test('a logged model from after the job is not the job’s', async () => {
  estate.loggedModels.push({ ...model, loggedAt: new Date('2026-01-02T03:11:00Z') });
  expect((await lookAtModels()).gaps).toEqual([]);
});

test('a model of a job that was stated a moment ago may not be written on yet', async () => {
  estate.loggedModels.push(model);
  const until = new Date('2026-01-02T03:30:00Z');
  expect((await walkThrough(estate, { only: 'logged-models', window: { since: SINCE, until } })).gaps).toEqual([]);
});

describe('where the job is gone', () => {
  beforeEach(() => {
    estate.jobs.length = 0;
  });

  test('tags that were changed are reported', async () => {
    estate.loggedModels.push({ ...model, tags: { ...tags, 'lineage.status': 'verified' } });
    expect((await lookAtModels()).gaps).toEqual(['tags-differ mlflow:logged-model/m-1 reported']);
  });

  test('a model that carries nothing is no gap: whether it is the job’s cannot be told any more', async () => {
    estate.loggedModels.push(model);
    expect((await lookAtModels()).gaps).toEqual([]);
  });
});
