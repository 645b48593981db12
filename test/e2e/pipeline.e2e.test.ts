import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3';
import { DescribeModelPackageCommand } from '@aws-sdk/client-sagemaker';
import { PREDICATE_TYPES } from '../../core/evidence/predicate-types';
import { trustKeys } from '../../core/evidence/public-keys';
import { verifyEnvelope } from '../../core/evidence/verify-envelope';
import { kmsSigner } from '../../core/kms/kms-signer';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { readComplaints } from '../../sandbox/walk/local-sagemaker';
import {
  type FinishedExecution,
  pipelineStackName,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { modelsOf, runsOf } from '../../sandbox/walk/platform-walk';
import { finish } from '../../sandbox/walk/run-program';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import { type CodePipelineWalk, deployCodePipelineWalk, runCode } from './code-pipeline-walk';

jest.setTimeout(240_000);

let sandbox: Sandbox;
let walk: CodePipelineWalk;
let first: FinishedExecution;
let inputs: { small: string; large: string };

async function run(dataVersion: string, inputUri: string): Promise<FinishedExecution> {
  const execution = await runPipeline(walk, dataVersion, inputUri);
  if (execution.status !== 'Succeeded') {
    throw new Error(`${execution.arn} ended as ${execution.status}: ${execution.failure}`);
  }
  return execution;
}

/** The SHA-256 of every file, in the form in which the script tells them. */
async function digestsOf(folder: string): Promise<string> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const names = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const digests = names.map(async (name) => {
    const digest = createHash('sha256')
      .update(await readFile(name))
      .digest('hex');
    return `${relative(folder, name)}=${digest}`;
  });
  return (await Promise.all(digests)).sort().join(' ');
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'e2e-pipeline' });
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  walk = await deployCodePipelineWalk(sandbox, 'radiology');
  inputs = {
    small: await putRawData(walk, 'small', await sampleDataset(environment, 100)),
    large: await putRawData(walk, 'large', await sampleDataset(environment)),
  };
  first = await run('v1', inputs.small);
  await walk.checkout.clone();
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

test('raw data becomes a dataset version and a model whose run names its commit', async () => {
  const { tags } = await runOfExecution(walk, first);
  expect(tags).toMatchObject({
    data_git_commit_id: await walk.checkout.resolve(first.revision),
    'lineage.status': 'verified',
    'lineage.assurance': 'attested',
    'lineage.reason': 'everything was compared, and agrees',
    'lineage.data_revision': first.revision,
  });
});

test('a model that is good enough waits for approval, as a package that names its run and its version', async () => {
  const { id } = await runOfExecution(walk, first);
  const described = await walk.aws.sagemaker.send(
    new DescribeModelPackageCommand({ ModelPackageName: first.modelPackageArn }),
  );
  expect(described).toMatchObject({
    ModelApprovalStatus: 'PendingManualApproval',
    CustomerMetadataProperties: { mlflow_run_id: id, mlflow_model_version: '1', pipeline_run_id: first.revision },
  });
  const evaluation = described.ModelMetrics?.ModelQuality?.Statistics?.S3Uri ?? '';
  const { pathname } = new URL(evaluation);
  const { Body } = await walk.aws.s3.send(
    new GetObjectCommand({ Bucket: walk.outputs.ArtifactBucketName, Key: pathname.slice(1) }),
  );
  expect(JSON.parse((await Body?.transformToString()) ?? '')).toEqual({
    accuracy: expect.any(Number),
    recall: expect.any(Number),
    records: 25,
  });
});

/** The bytes of a statement, which have the digest that whoever names it says. */
async function readEvidence(Key: string, digest: string): Promise<Uint8Array> {
  const { Body } = await walk.aws.s3.send(new GetObjectCommand({ Bucket: walk.outputs.EvidenceBucketName, Key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  expect(createHash('sha256').update(bytes).digest('hex')).toBe(digest);
  return bytes;
}

/** The keys of all statements about processing jobs. */
async function datasetStatements(): Promise<string[]> {
  const { Contents = [] } = await walk.aws.s3.send(
    new ListObjectsV2Command({ Bucket: walk.outputs.EvidenceBucketName, Prefix: 'radiology/processing-job/' }),
  );
  return Contents.map(({ Key }) => Key ?? '');
}

test('the tags name a signed statement that says the same, and verifies with the public key of the platform', async () => {
  const { id, tags } = await runOfExecution(walk, first);
  const [key = '', digest = ''] = (tags['lineage.evidence'] ?? '').split('@sha256:');
  const bytes = await readEvidence(key, digest);

  const { publicKeyPem, keyid } = await kmsSigner(walk.aws.kms, walk.outputs.SigningKeyArn);
  const verified = verifyEnvelope(bytes, trustKeys([publicKeyPem], [keyid]));
  expect(verified).toMatchObject({
    kind: 'verified',
    statement: {
      predicate: {
        sequence: 1,
        outcome: { status: 'verified', assurance: 'attested' },
        data: { resolution: { value: { dataCommit: tags.data_git_commit_id } } },
        runs: { value: expect.arrayContaining([expect.objectContaining({ runId: id })]) },
        model: { value: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } },
      },
    },
  });
  const job = first.trainingJobName ?? '';
  const evidence = (args: string[], environment = sandbox.processEnvironment()) =>
    finish(join(projectRoot, 'assets', 'ml-lineage.cjs'), ['evidence', ...args], { environment });
  const stack = ['--stack', pipelineStackName('radiology')];
  const told = await evidence(['verify', job, ...stack, '--trust', keyid]);
  expect(told.output).toContain(`verified, assurance attested, data commit ${tags.data_git_commit_id}`);
  expect(told.code).toBe(0);
  // control: a key that nobody trusts.
  expect((await evidence(['verify', job, ...stack, '--trust', '0'.repeat(64)])).code).toBe(1);

  const scratch = await mkdtemp(join(tmpdir(), 'evidence-'));
  try {
    const folder = join(scratch, 'export');
    const exported = await evidence(['export', job, ...stack, '--to', folder]);
    expect(exported).toMatchObject({ code: 0, errors: '' });
    expect((await evidence(['export', job, ...stack, '--to', folder])).errors).toContain('is there already');
    // no credentials, no region, and an endpoint that does not answer.
    const nowhere = { PATH: process.env.PATH ?? '', HOME: scratch, AWS_ENDPOINT_URL: 'http://127.0.0.1:9' };
    const shown = await evidence(['show', job, '--from', folder, '--json', '--trust', keyid], nowhere);
    expect(shown).toMatchObject({ code: 0, errors: '' });
    const report = JSON.parse(shown.output);
    expect(exported.output).toContain(report.from.listSha256);
    expect(report).toMatchObject({
      result: 'verified',
      chains: expect.arrayContaining([
        expect.objectContaining({
          kind: 'training-job',
          statements: expect.arrayContaining([expect.objectContaining({ key, sha256: digest, keyid })]),
        }),
      ]),
    });
    // control: one byte changed.
    const [name = ''] = (await readdir(join(folder, 'versions'))).sort();
    await writeFile(join(folder, 'versions', name), Buffer.concat([bytes.subarray(1), bytes.subarray(0, 1)]));
    expect((await evidence(['verify', job, '--from', folder, '--trust', keyid], nowhere)).code).toBe(1);
  } finally {
    await rm(scratch, { recursive: true });
  }
  // control: one byte changed.
  const forged = Buffer.from(bytes);
  forged[100] = (forged[100] ?? 0) ^ 1;
  expect(verifyEnvelope(forged, trustKeys([publicKeyPem], [keyid])).kind).toBe('refused');
});

test('the logged model and the model version carry what the run carries', async () => {
  const run = await runOfExecution(walk, first);
  const { loggedModels, versions } = await eventually('the tags of the models', 60, async () => {
    const found = await modelsOf(walk, run);
    // the last to be written is the version, and its tags come one by one.
    const last = found.versions.at(-1)?.tags ?? {};
    return Object.keys(run.tags).every((key) => !key.startsWith('lineage.') || key in last) ? found : undefined;
  });
  const carried = Object.fromEntries(
    ['data_git_commit_id', 'lineage.status', 'lineage.evidence'].map((key) => [key, run.tags[key]]),
  );
  expect(Object.values(carried)).toEqual(
    expect.arrayContaining(['verified', await walk.checkout.resolve(first.revision)]),
  );
  expect(loggedModels).toMatchObject([{ runId: run.id, tags: carried }]);
  expect(versions).toMatchObject([{ name: 'diagnosis', version: '1', runId: run.id, tags: carried }]);
});

test('the statement about the training cites one about its dataset, made when nobody had read the objects back', async () => {
  const { tags } = await runOfExecution(walk, first);
  const { publicKeyPem, keyid } = await kmsSigner(walk.aws.kms, walk.outputs.SigningKeyArn);
  const trusted = trustKeys([publicKeyPem], [keyid]);
  const [key = '', digest = ''] = (tags['lineage.evidence'] ?? '').split('@sha256:');
  const training = verifyEnvelope(await readEvidence(key, digest), trusted);
  if (training.kind !== 'verified' || training.statement.predicateType !== PREDICATE_TYPES.training) {
    throw new Error(`${key} is no statement about a training job`);
  }
  const { datasetStatement, data, checks } = training.statement.predicate;
  expect(datasetStatement?.value.key).toMatch(/^radiology\/processing-job\/pipelines-[^/]+\/[^/]+\/000001\.json$/);
  expect(checks).toContainEqual(expect.objectContaining({ check: 'dataset-statement', agrees: true }));

  const cited = datasetStatement?.value ?? { key: '', sha256: '' };
  expect(verifyEnvelope(await readEvidence(cited.key, cited.sha256), trusted)).toMatchObject({
    kind: 'verified',
    statement: {
      predicateType: PREDICATE_TYPES.dataset,
      predicate: {
        about: { kind: 'processing-job' },
        outcome: { status: 'recorded', assurance: 'attested', notCompared: ['file-contents'] },
        configuration: { value: { dataRevision: first.revision, jobStatus: 'Completed' } },
        remote: { value: { url: walk.outputs.DvcRemoteUrl } },
        data: {
          resolution: { value: { dataCommit: tags.data_git_commit_id } },
          datasets: data?.datasets.map(({ path, md5, tree }) =>
            expect.objectContaining({ path, md5, tree: expect.objectContaining({ value: tree?.value }) }),
          ),
        },
      },
    },
  });
});

test('ml-lineage trace leads from a registered model version to the objects, and finds a commit that was changed on the run', async () => {
  const run = await runOfExecution(walk, first);
  const trace = () =>
    finish(
      join(projectRoot, 'assets', 'ml-lineage.cjs'),
      ['trace', 'models:/diagnosis/1', '--stack', pipelineStackName('radiology')],
      { environment: sandbox.processEnvironment() },
    );
  const commit = run.tags.data_git_commit_id ?? '';
  const before = await trace();
  expect(before.output).toMatch(/^model version +diagnosis version 1\n +ok/m);
  expect(before.output).toMatch(new RegExp(`^run +${run.id}\\n +ok`, 'm'));
  expect(before.output).toMatch(new RegExp(`^data commit +${commit}\\n +ok`, 'm'));
  expect(before.output).toMatch(/^objects +2 of dataset, [0-9,]+ bytes/m);
  expect(before.output).toMatch(/dvc\/files\/md5\/[0-9a-f]{2}\/[0-9a-f]{30} {2}train\/records\.csv$/m);
  expect(before.code).toBe(2);

  const mlflow = walk.aws.mlflow(walk.outputs.MlflowAppArn);
  await mlflow.setTags(run.id, { data_git_commit_id: 'f'.repeat(40) });
  const changed = await trace();
  expect(changed.output).toMatch(/^data commit +f{40}\n +DIFFERS/m);
  expect(changed.code).toBe(1);
  await mlflow.setTags(run.id, { data_git_commit_id: commit });
});

test('unchanged data keeps its commit under a new revision, changed data gets a commit of its own', async () => {
  const again = await run('v1', inputs.small);
  const changed = await run('v2', inputs.large);
  const [before, same, other] = await Promise.all([first, again, changed].map((one) => runOfExecution(walk, one)));
  expect(again.revision).not.toBe(first.revision);
  expect(same?.tags.data_git_commit_id).toBe(before?.tags.data_git_commit_id);
  expect(other?.tags.data_git_commit_id).not.toBe(before?.tags.data_git_commit_id);
});

describe('a script from a code repository that logs to several runs', () => {
  let execution: FinishedExecution;

  beforeAll(async () => {
    const records = (await sampleDataset(sandbox.processEnvironment(), 40))['first.csv'] ?? '';
    const uri = await putRawData(walk, 'several', { 'records.csv': records, 'more/notes.txt': 'notes\n' });
    execution = await runCode(walk, 'several-runs', uri);
  });

  test('has every run tagged with its data commit, and the run with the model as the primary one', async () => {
    expect(execution).toMatchObject({ status: 'Succeeded' });
    const primary = await runOfExecution(walk, execution);
    await walk.checkout.git('fetch', '--quiet', '--tags', 'origin');
    const commit = await walk.checkout.resolve(execution.revision);
    const runs = await runsOf(walk, execution.trainingJobName ?? '');
    const names = runs.map(({ tags }) => tags['mlflow.runName']).sort();
    const own = `training-${execution.revision}`;
    expect(names).toEqual(['afterwards', 'degree-1', 'degree-2', 'exploration', 'fit', own]);
    expect(primary.tags['mlflow.runName']).toBe('fit');
    for (const { tags } of runs) {
      expect(tags).toMatchObject({ data_git_commit_id: commit, 'lineage.primary_run': primary.id });
    }
  });

  test('was given, byte for byte, what git checkout and dvc pull give', async () => {
    const runs = await runsOf(walk, execution.trainingJobName ?? '');
    const given = runs.find(({ tags }) => tags.given)?.tags;
    await walk.checkout.git('checkout', '--quiet', given?.data_git_commit_id ?? '');
    await walk.checkout.dvc('pull', '--quiet');
    expect(await digestsOf(join(walk.checkout.folder, 'dataset'))).toBe(given?.given);
  });

  test('has its own commit recorded on the run of the job', async () => {
    const runs = await runsOf(walk, execution.trainingJobName ?? '');
    const own = runs.find(({ tags }) => tags['mlflow.runName'] === `training-${execution.revision}`);
    const pushed = (await walk.code.git('rev-parse', 'several-runs')).trim();
    expect(own?.tags['mlflow.source.git.commit']).toBe(pushed);
  });
});

test('a training script that fails leaves a failed run, which still names its data commit', async () => {
  const records = Array.from({ length: 20 }, (_, index) => `${index},1`);
  const oneClass = ['a,target', ...records].join('\n');
  const execution = await runPipeline(walk, 'broken', await putRawData(walk, 'broken', { 'records.csv': oneClass }));
  expect(execution.status).toBe('Failed');
  expect(execution.failure).toMatch(/exit code: 1/);
  const run = await runOfExecution(walk, execution);
  await walk.checkout.git('fetch', '--quiet', '--tags', 'origin');
  expect(run.tags.data_git_commit_id).toBe(await walk.checkout.resolve(execution.revision));
});

test('a preprocess script that fails publishes nothing, leaves no statement, and its reason can be read', async () => {
  const before = await datasetStatements();
  const execution = await runPipeline(walk, 'empty', await putRawData(walk, 'empty', { 'records.csv': 'a,b\n1,2\n' }));
  expect(execution).toMatchObject({ status: 'Failed', trainingJobName: undefined });
  expect(execution.failure).not.toBe('');
  await walk.checkout.git('fetch', '--quiet', '--tags', 'origin');
  await expect(walk.checkout.resolve(execution.revision)).rejects.toThrow(/unknown revision|ambiguous argument/);
  await sleep(5_000);
  expect(await datasetStatements()).toEqual(before);
  // control: an execution whose preprocess script had not failed has left one.
  expect(before).not.toEqual([]);
});

test('the local SageMaker was asked for nothing it does not know', async () => {
  await expect(readComplaints(sandbox)).resolves.toEqual({
    unsupported: { calls: [] },
    invalid: { invalidResponses: [] },
  });
});
