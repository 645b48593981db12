import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { CreateEndpointConfigCommand, DeleteEndpointCommand } from '@aws-sdk/client-sagemaker';
import { objectKey, parseRemoteUrl } from '../../core/dvc/remote-layout';
import { kmsSigner } from '../../core/kms/kms-signer';
import type { Sandbox } from '../../sandbox/instance';
import { dataDirectory } from '../../sandbox/instance-state';
import { awsClients } from '../../sandbox/walk/aws-clients';
import { DataCheckout } from '../../sandbox/walk/data-repository';
import { deployModel, makeModel } from '../../sandbox/walk/deployed-model';
import { bootstrapAccount, deployPlatform, stackNameOf } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { hostRepository, jobEnvironment, runsOf, type Walk, waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { startTrainingJob, waitForTrainingJob } from '../../sandbox/walk/training-job';
import { setAlias } from './call-mlflow';
import { eraseObject, hideObject, PlantedEstate, unprotect } from './planted-estate';

export const PLATFORM = 'neurology';

// what turns colours on, and what turns the reading direction.
export const ESCAPES = '\u001b[31m';
export const TURNED = '\u202e\u009b31m';
/** names as people and attackers choose them. */
export const STRANGE = {
  files: [
    'a b.csv',
    `"quoted" 'twice'.csv`,
    'na\u00efve \u6f22\u5b57 \u{1f600}.csv',
    `red${ESCAPES}.csv`,
    '\u202evsc.exe',
  ],
  experiment: `\u00c4rzte "x" 'y' \u6f22\u5b57 \u{1f600} ${ESCAPES}`,
  model: `Diagnose \u201e\u00e9\u201c 'x' "y" \u6f22\u5b57 \u{1f600} % 41 @ #1`,
  turned: `turned ${TURNED}`,
};

/**
 * What is broken, and how, is known here; what has to be said of it, only the test knows.
 */
export interface BrokenEstate {
  readonly walk: Walk;
  readonly trusted: string;
  readonly runs: Readonly<
    Record<'honest' | 'deleted' | 'erased' | 'untagged' | 'unstated' | 'forged' | 'ofTwoJobs', string>
  >;
  readonly commit: string;
}

/**
 * A platform on which one job is sound, and everything else is broken in a way of its own.
 *
 * @param gitUrl where everybody but the data scientist reaches the Git host
 */
export async function breakEstate(sandbox: Sandbox, gitUrl: string): Promise<BrokenEstate> {
  const walk = await deploy(sandbox, gitUrl);
  const { aws, outputs } = walk;
  await publish(walk, 'v1', Object.fromEntries(STRANGE.files.map((name, index) => [name, `a,target\n${index},0\n`])));
  for (const revision of ['deleted', 'hidden', 'overwritten', 'gone']) {
    await publish(walk, revision, { [`${revision}.csv`]: `a,target\n${revision},1\n` });
  }
  const estate = new PlantedEstate(sandbox, walk);
  await train(walk, estate);
  const runs = await breakRuns(walk, estate);
  await breakRegistry(sandbox, walk, estate, runs.honest);
  await breakEndpoints(walk, (await estate.trainingJob('honest')).modelUri);
  await breakData(walk);
  const trusted = (await kmsSigner(aws.kms, outputs.SigningKeyArn)).keyid;
  return { walk, trusted, runs, commit: await walk.checkout.resolve('v1') };
}

async function deploy(sandbox: Sandbox, gitUrl: string): Promise<Walk> {
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  const aws = awsClients(sandbox.environment());
  const hosted = await hostRepository(sandbox, aws, `${PLATFORM}/data`);
  const repository = { ...hosted, url: hosted.url.replace(sandbox.endpoints.git, gitUrl) };
  const outputs = await deployPlatform(environment, {
    platformName: PLATFORM,
    dataRepositoryUrl: repository.url,
    dataRepositoryTokenSecretArn: repository.tokenSecretArn,
  });
  const folder = join(dataDirectory(sandbox.directory), 'checkouts', PLATFORM);
  const checkout = new DataCheckout(folder, hosted.url, sandbox.gitToken, environment);
  await checkout.initialize(outputs.DvcRemoteUrl);
  return { aws, platformName: PLATFORM, repository, outputs, checkout };
}

async function publish({ checkout }: Walk, revision: string, files: Readonly<Record<string, string>>): Promise<void> {
  await rm(join(checkout.folder, 'data'), { recursive: true, force: true });
  await checkout.publish({ revision, files });
}

async function train(walk: Walk, estate: PlantedEstate): Promise<void> {
  const environment = { ...jobEnvironment(walk, 'v1'), MLFLOW_EXPERIMENT_NAME: STRANGE.experiment };
  const script = join(__dirname, 'scripts', 'write_model.py');
  await startTrainingJob(walk.aws, walk.outputs, { name: 'honest', script, environment });
  await Promise.all([
    waitForTrainingJob(walk.aws, 'honest'),
    ...['deleted', 'overwritten', 'gone'].map((revision) => estate.train(`of-${revision}`, 'log_run.py', revision)),
    ...['deleted-run', 'erased-run', 'forged', 'two-jobs'].map((name) => estate.train(name, 'log_run.py', 'v1')),
    // fails, because that role may not read its code, and is none of the platform's.
    estate.start('foreign', 'log_run.py', 'v1', await foreignRole(walk)),
  ]);
  for (const name of [
    'honest',
    'of-deleted',
    'of-overwritten',
    'of-gone',
    'deleted-run',
    'erased-run',
    'forged',
    'two-jobs',
  ]) {
    await waitForTaggedRun(walk, name);
  }
  await waitForTrainingJob(walk.aws, 'foreign');
}

async function foreignRole({ aws }: Walk): Promise<string> {
  const { StackResources = [] } = await aws.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: stackNameOf(PLATFORM) }),
  );
  const role = StackResources.find(
    ({ ResourceType, LogicalResourceId }) =>
      ResourceType === 'AWS::IAM::Role' && LogicalResourceId?.startsWith('PlatformMlflowAppRole'),
  );
  return `arn:aws:iam::111122223333:role/${role?.PhysicalResourceId}`;
}

async function breakRuns(walk: Walk, estate: PlantedEstate): Promise<BrokenEstate['runs']> {
  const idOf = async (job: string) => (await runsOf(walk, job))[0]?.id ?? '';
  const mlflow = walk.aws.mlflow(walk.outputs.MlflowAppArn);
  const [honest] = await runsOf(walk, 'honest');
  const { tags = {}, experimentId = '', startedAt = new Date() } = honest ?? {};
  const deleted = await idOf('deleted-run');
  await estate.callMlflow('runs/delete', { run_id: deleted });
  const erased = await idOf('erased-run');
  estate.eraseRun(erased);
  const forged = await idOf('forged');
  const evidence = `${PLATFORM}/training-job/forged/20260102T030405.000Z/000009.json@sha256:${'0'.repeat(64)}`;
  await mlflow.setTags(forged, { 'lineage.evidence': evidence });
  const ofTwoJobs = await idOf('two-jobs');
  await mlflow.setTags(ofTwoJobs, { 'sagemaker.training_job_arn': (await estate.trainingJob('honest')).arn });
  const foreign = await estate.trainingJob('foreign');
  return {
    honest: honest?.id ?? '',
    deleted,
    erased,
    forged,
    ofTwoJobs,
    untagged: await estate.logRun(experimentId, startedAt, {}),
    unstated: await estate.logRun(experimentId, foreign.createdAt, {
      ...tags,
      'sagemaker.training_job_name': 'foreign',
      'sagemaker.training_job_arn': foreign.arn,
      'lineage.training_job_arn': foreign.arn,
      'lineage.evidence': `${PLATFORM}/training-job/foreign/20260102T030405.000Z/000001.json@sha256:${'0'.repeat(64)}`,
    }),
  };
}

async function breakRegistry(sandbox: Sandbox, walk: Walk, estate: PlantedEstate, runId: string): Promise<void> {
  const { modelUri } = await estate.trainingJob('honest');
  const register = async (name: string, ...runs: (string | undefined)[]) => {
    await estate.callMlflow('registered-models/create', { name });
    for (const run_id of runs) {
      await estate.callMlflow('model-versions/create', { name, source: modelUri, ...(run_id && { run_id }) });
    }
  };
  await register(STRANGE.model, runId, undefined);
  await register(STRANGE.turned, runId);
  await register('removed', runId);
  await estate.callMlflow('model-versions/delete', { name: 'removed', version: '1' }, 'DELETE');
  const alias = (name: string, to: string) =>
    setAlias(sandbox, walk.outputs.MlflowAppArn, { name: STRANGE.model, alias: name, version: to });
  await alias('champion', '1');
  await alias('moved', '1');
  await alias('moved', '2');
}

async function breakEndpoints({ aws, outputs }: Walk, modelUri: string): Promise<void> {
  await makeModel(aws, 'honest', modelUri);
  await deployModel(aws, 'Serving', 'honest');
  await deployModel(aws, 'Deleted', 'honest');
  await aws.sagemaker.send(new DeleteEndpointCommand({ EndpointName: 'Deleted' }));
  await aws.s3.send(
    new PutObjectCommand({ Bucket: outputs.ArtifactBucketName, Key: 'models/bought.tar.gz', Body: 'x' }),
  );
  await makeModel(aws, 'bought', `s3://${outputs.ArtifactBucketName}/models/bought.tar.gz`);
  const variant = (VariantName: string, ModelName: string) => {
    return { VariantName, ModelName, InstanceType: 'ml.m5.large', InitialInstanceCount: 1 } as const;
  };
  await aws.sagemaker.send(
    new CreateEndpointConfigCommand({
      EndpointConfigName: 'both',
      ProductionVariants: [variant('own', 'honest'), variant('other', 'bought')],
    }),
  );
  await deployModel(aws, 'Both', 'both');
}

async function breakData({ aws: { s3 }, outputs, checkout }: Walk): Promise<void> {
  const { bucket, prefix } = parseRemoteUrl(outputs.DvcRemoteUrl);
  const listingOf = async (revision: string) =>
    /md5: ([0-9a-f]{32}\.dir)/.exec(await checkout.git('show', `refs/tags/${revision}:data.dvc`))?.[1] ?? '';
  await unprotect(s3, bucket);
  await eraseObject(s3, bucket, objectKey(prefix, await listingOf('deleted')));
  await hideObject(s3, bucket, objectKey(prefix, await listingOf('hidden')));
  const Key = objectKey(prefix, await listingOf('overwritten'));
  await s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body: '[]' }));
  await checkout.git('push', '--quiet', '--delete', 'origin', 'refs/tags/gone');
  await eventually('the end of the tag', 30, async () =>
    (await checkout.resolveAtHost('gone')) === '' ? true : undefined,
  );
}
