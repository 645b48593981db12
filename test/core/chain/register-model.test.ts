import type { LoggedModel, RunModelVersion } from '../../../core/chain/job-models';
import { type NewModelVersion, type Registry, registerModel } from '../../../core/chain/register-model';
import type { TaggedRun } from '../../../core/chain/tag-runs';
import { ModelsInMemory } from './models-in-memory';
import { job, run } from './training-findings';

const MODEL_URI = 's3://artifacts/models/train-1/output/model.tar.gz';
const trained = { ...job, modelUri: MODEL_URI };
const DURING = new Date('2026-01-02T03:06:00Z');

const logged = (id: string, runId: string, more: Partial<LoggedModel> = {}): LoggedModel => ({
  id,
  runId,
  loggedAt: DURING,
  artifactLocation: `s3://artifacts/1/models/${id}/artifacts`,
  tags: {},
  ...more,
});

const version = (number: string, runId: string, more: Partial<RunModelVersion> = {}): RunModelVersion => ({
  name: 'diagnosis',
  version: number,
  runId,
  source: `s3://artifacts/1/${runId}/artifacts/model`,
  tags: {},
  ...more,
});

/** A registry that numbers its versions as MLflow does, and what was asked of it. */
function registering(runs: TaggedRun[], models: LoggedModel[] = [], versions: RunModelVersion[] = []) {
  const kept = new ModelsInMemory(models, versions);
  let last = versions.length;
  const created: NewModelVersion[] = [];
  const deleted: string[] = [];
  const names: string[] = [];
  const registry: Registry = {
    getRun: async (id) => runs.find((it) => it.id === id),
    findRunsByTag: async function* (key, value) {
      yield* runs.filter(({ tags }) => tags[key] === value);
    },
    findLoggedModels: (of) => kept.findLoggedModels(of),
    findModelVersions: async function* (ids) {
      for await (const found of kept.findModelVersions(ids)) {
        if (!deleted.includes(found.version)) {
          yield found;
        }
      }
    },
    createRegisteredModel: async (name) => void names.push(name),
    createModelVersion: async (added) => {
      created.push(added);
      last += 1;
      const number = String(last);
      kept.register(version(number, added.runId, { name: added.name, source: added.source }));
      return number;
    },
    deleteModelVersion: async (it) => void deleted.push(it.version),
  };
  return { registry, created, deleted, names };
}

const register = (registry: Registry) => registerModel('diagnosis', MODEL_URI, trained, registry);

test("a model that nobody registered becomes a version of the run's logged model", async () => {
  const { registry, created, names } = registering(
    [run('parent'), run('child', { hasModel: true })],
    [logged('m-1', 'child'), logged('m-2', 'child', { loggedAt: new Date('2026-01-02T03:07:00Z') })],
  );
  await expect(register(registry)).resolves.toEqual({ runId: 'child', version: '1', isNew: true });
  expect(names).toEqual(['diagnosis']);
  expect(created).toEqual([{ name: 'diagnosis', runId: 'child', source: 'models:/m-2', modelId: 'm-2' }]);
});

test('of two models that were logged at once, each time the same one is registered', async () => {
  const both = [logged('m-b', 'one'), logged('m-a', 'one')];
  for (const models of [both, [...both].reverse()]) {
    const { registry, created } = registering([run('one', { hasModel: true })], models);
    await register(registry);
    expect(created[0]?.modelId).toBe('m-a');
  }
});

test('without a logged model it is what the job left in S3', async () => {
  const { registry, created } = registering([run('one')]);
  await expect(register(registry)).resolves.toEqual({ runId: 'one', version: '1', isNew: true });
  expect(created).toEqual([{ name: 'diagnosis', runId: 'one', source: MODEL_URI, modelId: undefined }]);
});

test('what the script registered is taken as it is', async () => {
  const { registry, created, names } = registering(
    [run('one', { hasModel: true })],
    [logged('m-1', 'one')],
    [version('10', 'one'), version('9', 'one'), version('1', 'one', { name: 'other' })],
  );
  await expect(register(registry)).resolves.toEqual({ runId: 'one', version: '9', isNew: false });
  expect([created, names]).toEqual([[], []]);
});

test('of several models the one that the script registered is taken, and not the last', async () => {
  const { registry, created } = registering(
    [run('chosen', { hasModel: true }), run('last', { hasModel: true, startedAt: new Date('2026-01-02T03:09:00Z') })],
    [],
    [version('4', 'chosen')],
  );
  await expect(register(registry)).resolves.toEqual({ runId: 'chosen', version: '4', isNew: false });
  expect(created).toEqual([]);
});

test("a version that names the run and has somebody else's bytes is not taken", async () => {
  const { registry } = registering(
    [run('one', { hasModel: true })],
    [logged('m-1', 'one')],
    [version('1', 'one', { source: 's3://elsewhere/model' })],
  );
  await expect(register(registry)).resolves.toEqual({ runId: 'one', version: '2', isNew: true });
});

test('a second time registers nothing', async () => {
  for (const models of [[logged('m-1', 'one')], []]) {
    const { registry, created } = registering([run('one', { hasModel: true })], models);
    await register(registry);
    await expect(register(registry)).resolves.toEqual({ runId: 'one', version: '1', isNew: false });
    expect(created).toHaveLength(1);
  }
});

test('two at once settle on the lower version, and one of them is left', async () => {
  const { registry, deleted } = registering([run('one', { hasModel: true })], [logged('m-1', 'one')]);
  const { createModelVersion } = registry;
  let waiting: (() => void) | undefined;
  // neither goes on before both have registered.
  registry.createModelVersion = async (added) => {
    const number = await createModelVersion(added);
    await new Promise<void>((resolve) => {
      if (waiting) {
        waiting();
        resolve();
      } else {
        waiting = resolve;
      }
    });
    return number;
  };
  const answers = await Promise.all([register(registry), register(registry)]);
  expect(answers.map(({ version }) => version)).toEqual(['1', '1']);
  expect(answers.map(({ isNew }) => isNew).sort()).toEqual([false, true]);
  expect(deleted).toEqual(['2']);
});

test('a registry that does not show the new version yet is believed about it', async () => {
  const { registry } = registering([run('one')]);
  registry.findModelVersions = async function* () {};
  await expect(register(registry)).resolves.toEqual({ runId: 'one', version: '1', isNew: true });
});

test.each(['', 'a/b', 'a:b', 'a\n', 'x'.repeat(257)])('fails where the registered model is called %j', async (name) => {
  const { registry, names } = registering([run('one')]);
  await expect(registerModel(name, MODEL_URI, trained, registry)).rejects.toThrow(
    `the registered model must have a name without slashes and colons, got ${JSON.stringify(name)}`,
  );
  expect(names).toEqual([]);
});

test('fails where the model is not the one of the job', async () => {
  const { registry, names } = registering([run('one')]);
  const other = 's3://artifacts/models/train-2/output/model.tar.gz';
  await expect(registerModel('diagnosis', other, trained, registry)).rejects.toThrow(
    `the model of train-1 is ${MODEL_URI}, not "${other}"`,
  );
  expect(names).toEqual([]);
});

test('fails where no run names the job', async () => {
  const { registry, names } = registering([run('one', { tags: {} })]);
  await expect(register(registry)).rejects.toThrow(
    'no run names the job train-1 in its tag sagemaker.training_job_name; has its script logged to MLflow?',
  );
  expect(names).toEqual([]);
});
