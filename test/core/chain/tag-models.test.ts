import { findJobModels, type LoggedModel, type RunModelVersion } from '../../../core/chain/job-models';
import type { StoredTraining } from '../../../core/chain/run-tags';
import { type TaggedRun, type Tagger, tagRuns } from '../../../core/chain/tag-runs';
import { contract } from '../../../core/contract';
import { ModelsInMemory } from './models-in-memory';
import {
  attested,
  COMMIT,
  statements as datasetStatements,
  derivation,
  dvcDataset,
  firstSeen,
  job,
  model,
  NOW,
  publication,
  run,
  stored,
  storedDataset,
} from './training-findings';

const OTHER = 'f'.repeat(40);
const MODEL_ID = `m-${'1'.repeat(32)}`;
const TAGS = { data_git_commit_id: COMMIT, 'lineage.status': 'verified', 'lineage.primary_run': 'one' };

function loggedModel(more: Partial<LoggedModel> = {}): LoggedModel {
  return {
    id: MODEL_ID,
    runId: 'one',
    loggedAt: new Date('2026-01-02T03:09:00Z'),
    artifactLocation: `s3://artifacts/1/models/${MODEL_ID}/artifacts/`,
    tags: {},
    ...more,
  };
}

function version(more: Partial<RunModelVersion> = {}): RunModelVersion {
  return { name: 'diagnosis', version: '1', runId: 'one', source: `models:/${MODEL_ID}`, tags: {}, ...more };
}

const honest = run('one', { hasModel: true, datasets: [dvcDataset()] });

/** A tagger over models, and over a run that keeps what is written on it. */
function tagging(models: ModelsInMemory, given: TaggedRun = honest) {
  let kept = given;
  const statements: StoredTraining[] = [];
  const tagger: Tagger = {
    runs: {
      getRun: async () => kept,
      findRunsByTag: async function* () {
        yield kept;
      },
      setTags: async (_id, tags) => {
        kept = { ...kept, tags: { ...kept.tags, ...tags } };
      },
      endRun: async () => {},
      logInputs: async (_id, inputs) => {
        kept = { ...kept, datasets: [...kept.datasets, ...inputs] };
      },
    },
    models,
    readModel: async () => model,
    statedModel: async () => statements.at(-1)?.statement.predicate.model ?? undefined,
    firstSeen: async () => firstSeen,
    datasets: datasetStatements(),
    record: async (draft) => {
      const next = stored(draft);
      statements.push(next);
      return next;
    },
    recordedBy: 'lineage/1.2.3',
    now: () => NOW,
  };
  const outcomes = () => statements.map(({ statement }) => statement.predicate.outcome);
  return { tagger, outcomes, statements, run: () => kept };
}

describe('the models of a job', () => {
  test('carry the tags of its runs, and the second time nothing is written', async () => {
    const models = new ModelsInMemory([loggedModel()], [version()]);
    const { tagger, run: kept } = tagging(models);
    const first = await tagRuns(attested, job, tagger);
    expect(models.tagsOfModel(MODEL_ID)).toMatchObject(TAGS);
    expect(models.tagsOfVersion('1')).toEqual(models.tagsOfModel(MODEL_ID));
    expect(kept().tags).toMatchObject(models.tagsOfVersion('1'));
    expect(first.models).toEqual({
      loggedModels: 1,
      versions: 1,
      written: 2,
      registeredRunIds: [version().runId],
      mirroredRunIds: [],
      foreign: 0,
      areMore: false,
    });

    const before = models.writes.length;
    expect(await tagRuns(attested, job, tagger)).toMatchObject({ models: { written: 0 } });
    expect(models.writes).toHaveLength(before);
  });

  test('that are registered later are tagged when the job is looked at again', async () => {
    const models = new ModelsInMemory([loggedModel()]);
    const { tagger } = tagging(models);
    await tagRuns(attested, job, tagger);
    models.register(version({ version: '7' }));
    await tagRuns(attested, job, tagger);
    expect(models.tagsOfVersion('7')).toMatchObject(TAGS);
  });

  test('that became model packages of SageMaker are told by their runs', async () => {
    const mirrored = version({ version: '2', tags: { 'sagemaker.model_package_arn': 'arn' } });
    const { models } = await tagRuns(
      attested,
      job,
      tagging(new ModelsInMemory([loggedModel()], [version(), mirrored])).tagger,
    );
    expect(models.mirroredRunIds).toEqual([mirrored.runId]);
    expect(models.registeredRunIds).toEqual([version().runId, mirrored.runId]);
  });

  test('are not written on before there is a statement', async () => {
    const models = new ModelsInMemory([loggedModel()], [version()]);
    const record = async () => {
      throw new Error('KMS is away');
    };
    await expect(tagRuns(attested, job, { ...tagging(models).tagger, record })).rejects.toThrow('KMS is away');
    expect(models.writes).toEqual([]);
  });

  test.each([0, 1, 5])('are complete the second time where MLflow went away after %d writes', async (writes) => {
    const models = new ModelsInMemory([loggedModel()], [version()]);
    const { tagger } = tagging(models);
    models.writesLeft = writes;
    await expect(tagRuns(attested, job, tagger)).rejects.toThrow('MLflow is away');
    expect(models.writes).toHaveLength(writes);
    models.writesLeft = Number.POSITIVE_INFINITY;
    await tagRuns(attested, job, tagger);
    expect(models.tagsOfModel(MODEL_ID)).toMatchObject(TAGS);
    expect(models.tagsOfVersion('1')).toEqual(models.tagsOfModel(MODEL_ID));
    expect(new Set(models.writes).size).toBe(models.writes.length);
  });

  test.each<[what: string, given: LoggedModel[], versions: RunModelVersion[]]>([
    ['a logged model', [loggedModel({ tags: { data_git_commit_id: OTHER } })], []],
    ['a model version', [loggedModel()], [version({ tags: { data_git_commit_id: OTHER } })]],
  ])('make a conflict where %s names another data commit, which stays', async (what, given, versions) => {
    const models = new ModelsInMemory(given, versions);
    const { tagger, outcomes, statements } = tagging(models);
    await tagRuns(attested, job, tagger);
    expect(outcomes()).toMatchObject([
      { status: 'conflict', reasons: [{ code: 'claim-differs', explanation: expect.stringContaining(OTHER) }] },
    ]);
    expect(statements[0]?.statement.predicate.claims).toContainEqual({
      claimed: 'data-commit',
      runId: 'one',
      said: { value: OTHER },
      derived: COMMIT,
      agrees: false,
      source: { claimedBy: what.replace(/^a /, '').replace(' ', '-') },
      at: NOW.toISOString(),
    });
    const tags = versions.length > 0 ? models.tagsOfVersion('1') : models.tagsOfModel(MODEL_ID);
    expect(tags).toMatchObject({ data_git_commit_id: OTHER, 'lineage.status': 'conflict' });
  });

  test("make a conflict where somebody has tagged one as another job's, and its links stay", async () => {
    const theirs = {
      'lineage.training_job_arn': 'arn:aws:sagemaker:us-east-1:111122223333:training-job/other',
      'lineage.dataset': 'other@0',
    };
    const models = new ModelsInMemory([loggedModel()], [version({ tags: theirs })]);
    const { tagger, outcomes } = tagging(models);
    await tagRuns(attested, job, tagger);
    expect(outcomes()).toMatchObject([{ status: 'conflict', reasons: [{ code: 'claim-differs' }] }]);
    expect(models.tagsOfVersion('1')).toMatchObject({ ...theirs, 'lineage.status': 'conflict' });
  });

  test('say nothing for their run: what a model carries does not stand for what the run does not say', async () => {
    const tags = { data_git_commit_id: COMMIT };
    const models = new ModelsInMemory([loggedModel({ tags })], [version({ tags })]);
    const { tagger, outcomes } = tagging(models, run('one', { hasModel: true }));
    await tagRuns(attested, job, tagger);
    expect(outcomes()).toMatchObject([{ status: 'recorded', notCompared: ['run-claims'] }]);
  });

  test('are bounded in number, and nothing beyond is asked for', async () => {
    const most = contract.limits.modelVersionsPerJob;
    const many = Array.from({ length: most * 3 }, (_, index) => version({ version: String(index + 1) }));
    const models = new ModelsInMemory([loggedModel()], many);
    const found = await findJobModels([honest], job, models);
    expect(found).toMatchObject({ areMore: true, foreign: 0 });
    expect(found.versions).toHaveLength(most);
    expect(models.handedOut).toBeLessThanOrEqual(most + 2);
  });
});

describe('a model that names the run of a job', () => {
  test.each<[what: string, more: Partial<LoggedModel>]>([
    ['logged after the job had ended', { loggedAt: new Date('2026-01-02T03:10:01Z') }],
    ['logged before the job was made', { loggedAt: new Date('2026-01-02T03:00:00Z') }],
  ])('is none of the job where it was %s', async (_what, more) => {
    const models = new ModelsInMemory([loggedModel(more)], [version()]);
    const { tagger } = tagging(models);
    const { models: tagged } = await tagRuns(attested, job, tagger);
    expect(tagged).toMatchObject({ loggedModels: 0, versions: 0, foreign: 2 });
    expect(models.writes).toEqual([]);
  });

  test.each([
    ['s3://elsewhere/model', false],
    [`models:/m-${'2'.repeat(32)}`, false],
    [`s3://artifacts/1/models/${MODEL_ID}/artifacts-of-another/`, false],
    [`s3://artifacts/1/models/${MODEL_ID}/artifacts/../../m-2/artifacts/`, false],
    ['runs:/another/model', false],
    ['runs:/one/../another/model', false],
    ['s3://artifacts/1/one/artifacts', false],
    [`models:/${MODEL_ID}`, true],
    [`s3://artifacts/1/models/${MODEL_ID}/artifacts/`, true],
    ['s3://artifacts/1/one/artifacts/model', true],
    ['runs:/one/model', true],
    ['s3://artifacts/models/train-1/output/model.tar.gz', true],
    ['s3://artifacts/models/train-2/output/model.tar.gz', false],
  ])('with its bytes at %s is one of the job: %s', async (source, isOfJob) => {
    const models = new ModelsInMemory([loggedModel()], [version({ source })]);
    const { tagger } = tagging(models);
    await tagRuns(attested, job, tagger);
    expect(Object.keys(models.tagsOfVersion('1')).length > 0).toBe(isOfJob);
  });
});

describe('the input that is written from a statement', () => {
  const silent = run('one', { hasModel: true });

  test('names the dataset and its evidence, and is written once', async () => {
    const { tagger, run: kept } = tagging(new ModelsInMemory(), silent);
    await tagRuns(attested, job, tagger);
    expect(kept().datasets).toEqual([
      {
        name: 'a',
        digest: expect.stringMatching(/^[0-9a-f]{36}$/),
        sourceType: 'dvc',
        source: expect.stringContaining(`"commit":"${COMMIT}"`),
        context: 'lineage.derived',
        tags: { 'lineage.evidence': kept().tags['lineage.evidence'] },
      },
    ]);
    await tagRuns(attested, job, tagger);
    expect(kept().datasets).toHaveLength(1);
  });

  test('is not written on a run that names the dataset itself', async () => {
    const { tagger, run: kept } = tagging(new ModelsInMemory());
    await tagRuns(attested, job, tagger);
    expect(kept().datasets).toHaveLength(1);
  });

  test('is not written where there is a conflict: an input cannot be taken back', async () => {
    const {
      tagger,
      run: kept,
      outcomes,
    } = tagging(new ModelsInMemory(), { ...silent, parameters: { data_git_commit_id: OTHER } });
    await tagRuns(attested, job, tagger);
    expect(outcomes()).toMatchObject([{ status: 'conflict' }]);
    expect(kept().datasets).toEqual([]);
  });

  test('is no claim of the run, and does not change the next statement', async () => {
    const { tagger, outcomes } = tagging(new ModelsInMemory(), silent);
    await tagRuns(attested, job, tagger);
    await tagRuns(attested, job, tagger);
    expect(outcomes()).toMatchObject([
      { status: 'recorded', notCompared: ['run-claims'] },
      { status: 'recorded', notCompared: ['run-claims'] },
    ]);
  });

  test('raises no status where somebody else wrote it, as the same input without its mark would', async () => {
    const forged = { ...dvcDataset(), context: 'lineage.derived' };
    const marked = tagging(new ModelsInMemory(), { ...silent, datasets: [forged] });
    await tagRuns(attested, job, marked.tagger);
    expect(marked.outcomes()).toMatchObject([{ status: 'recorded', notCompared: ['run-claims'] }]);
    // control: what the mark is on would make it verified.
    const unmarked = tagging(new ModelsInMemory(), { ...silent, datasets: [dvcDataset()] });
    await tagRuns(attested, job, unmarked.tagger);
    expect(unmarked.outcomes()).toMatchObject([{ status: 'verified' }]);
  });

  test.each([
    ['commit', { commit: OTHER }],
    ['md5', { md5: '0'.repeat(32) }],
    ['path', { path: 'b' }],
    ['files', { tree_digest: `sha256:${'0'.repeat(64)}` }],
  ])('is a conflict where it names another %s, whoever marked it', async (_what, change) => {
    const differing = { ...dvcDataset(change), context: 'lineage.derived' };
    const { tagger, outcomes } = tagging(new ModelsInMemory(), { ...honest, datasets: [dvcDataset(), differing] });
    await tagRuns(attested, job, tagger);
    expect(outcomes()).toMatchObject([{ status: 'conflict', reasons: [{ code: 'claim-differs' }] }]);
  });

  test('has another digest for another source: an experiment keeps one source for each name and digest', async () => {
    const digestOf = async (dataRevision: string) => {
      const { tagger, run: kept } = tagging(new ModelsInMemory(), silent);
      const configured = { ...derivation.configured, dataRevision };
      await tagRuns({ ...derivation, configured }, { ...job, configuredRevision: dataRevision }, tagger);
      return kept().datasets.map((input) => ('digest' in input ? input.digest : undefined));
    };
    expect(await digestOf('v1')).toEqual(await digestOf('v1'));
    expect(await digestOf('v2')).toHaveLength(1);
    expect(await digestOf('v1')).not.toEqual(await digestOf('v2'));
  });

  test('is bounded in number', async () => {
    const datasets = Array.from({ length: 200 }, (_, index) => ({ path: `d${index}`, md5: '0'.repeat(32) }));
    const { tagger, run: kept } = tagging(new ModelsInMemory(), silent);
    const published = datasetStatements(storedDataset({ ...publication, datasets }));
    await tagRuns({ ...attested, datasets }, job, { ...tagger, datasets: published });
    expect(kept().datasets).toHaveLength(contract.limits.datasetInputsPerRun);
  });
});
