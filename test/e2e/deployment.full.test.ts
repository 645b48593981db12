import { CopyObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  DescribeModelPackageCommand,
  DescribeTrainingJobCommand,
  UpdateModelPackageCommand,
} from '@aws-sdk/client-sagemaker';
import type { Kind } from '../../core/evidence/incarnation';
import { PREDICATE_TYPES } from '../../core/evidence/predicate-types';
import { trustKeys } from '../../core/evidence/public-keys';
import { verifyChain } from '../../core/evidence/verify-chain';
import { kmsSigner } from '../../core/kms/kms-signer';
import { s3EvidenceReader } from '../../core/s3/evidence-reader';
import { Sandbox } from '../../sandbox/instance';
import { deployModel, makeModel, redeployModel, registerModel, transformWith } from '../../sandbox/walk/deployed-model';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { readComplaints } from '../../sandbox/walk/local-sagemaker';
import {
  deployPipelineWalk,
  type FinishedExecution,
  type PipelineWalk,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';

jest.setTimeout(120_000);

const PLATFORM = 'cardiology';

let sandbox: Sandbox;
let walk: PipelineWalk;
let trained: { tags: Readonly<Record<string, string>>; modelUri: string; execution: FinishedExecution };

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'e2e-deployment' });
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  walk = await deployPipelineWalk(sandbox, PLATFORM);
  const input = await putRawData(walk, 'small', await sampleDataset(environment, 100));
  const execution = await runPipeline(walk, 'v1', input);
  const { ModelArtifacts } = await walk.aws.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: execution.trainingJobName }),
  );
  const { tags } = await runOfExecution(walk, execution);
  trained = { tags, modelUri: ModelArtifacts?.S3ModelArtifacts ?? '', execution };
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

function evidenceReader() {
  return s3EvidenceReader(walk.aws.s3, walk.outputs.EvidenceBucketName);
}

async function keysAbout(kind: Kind, name: string): Promise<string[]> {
  const keys = [];
  for await (const { key } of evidenceReader().versions(`${PLATFORM}/${kind}/${name}/`)) {
    keys.push(key);
  }
  return keys;
}

/** The chain about the one thing of this name, once it has as many statements; each verified by its signature. */
async function statementsAbout(kind: Kind, name: string, count: number) {
  const { publicKeyPem, keyid } = await kmsSigner(walk.aws.kms, walk.outputs.SigningKeyArn);
  const key = await eventually(`${count} statements about the ${kind} ${name}`, 60, async () => {
    const keys = await keysAbout(kind, name);
    return keys.length >= count ? keys[0] : undefined;
  });
  const time = key.split('/')[3] ?? '';
  const createdAt = time.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})/, '$1-$2-$3T$4:$5:');
  const check = await verifyChain(
    { platform: PLATFORM, kind, name, createdAt },
    evidenceReader(),
    trustKeys([publicKeyPem], [keyid]),
  );
  if (check.kind !== 'intact') {
    throw new Error(`the evidence about ${name} is ${JSON.stringify(check)}`);
  }
  return check.statements.map(({ key, sha256, statement }) => {
    if (statement.predicateType !== PREDICATE_TYPES.deployment) {
      throw new Error(`${key} is about something else`);
    }
    return { evidence: `${key}@sha256:${sha256}`, predicate: statement.predicate };
  });
}

/** The key and SHA-256 of the statement that the tags of the run name. */
function trainingCitation() {
  const [key, sha256] = (trained.tags['lineage.evidence'] ?? '').split('@sha256:');
  return { key, sha256 };
}

async function putStrangersModel(key: string): Promise<string> {
  const { ArtifactBucketName: Bucket } = walk.outputs;
  await walk.aws.s3.send(new PutObjectCommand({ Bucket, Key: key, Body: 'a model of nobody' }));
  return `s3://${Bucket}/${key}`;
}

test('an endpoint with the model of an honest pipeline is verified, and cites the training statement and its data commit', async () => {
  await makeModel(walk.aws, 'honest', trained.modelUri);
  await deployModel(walk.aws, 'Serving', 'honest');
  const [first] = await statementsAbout('endpoint', 'Serving', 1);
  expect(trained.tags['lineage.status']).toBe('verified');
  expect(first?.predicate).toMatchObject({
    outcome: { status: 'verified', assurance: 'attested', notCompared: [] },
    endpointConfig: { value: 'honest' },
    variants: [{ value: { name: 'all', modelArn: expect.stringMatching(/model\/honest$/), weight: '1' } }],
    models: [{ value: { artifact: { sha256: expect.any(String) }, trainingStatement: trainingCitation() } }],
    data: [{ value: { dataCommit: trained.tags.data_git_commit_id, trainingStatement: trainingCitation() } }],
  });
});

test('an endpoint that gets a model of a stranger gets a new statement in the same chain, which is unresolved', async () => {
  await makeModel(walk.aws, 'strange', await putStrangersModel('models/by-hand/model.tar.gz'));
  await redeployModel(walk.aws, 'Serving', 'strange');
  const [, second] = await statementsAbout('endpoint', 'Serving', 2);
  expect(second?.predicate).toMatchObject({
    outcome: { status: 'unresolved', reasons: [{ code: 'training-statement-missing' }] },
    models: [{ value: { arn: expect.stringMatching(/model\/strange$/), trainingStatement: null } }],
    data: [],
  });
});

test('an endpoint with a model of a stranger alone is of no concern, unless its tag names the platform', async () => {
  await deployModel(walk.aws, 'Untagged', 'strange');
  await deployModel(walk.aws, 'Tagged', 'strange', { 'lineage:platform': PLATFORM });
  const [tagged] = await statementsAbout('endpoint', 'Tagged', 1);
  expect(tagged?.predicate.outcome.status).toBe('unresolved');
  // its event came first.
  await expect(keysAbout('endpoint', 'Untagged')).resolves.toEqual([]);
});

test('a batch transform with a copy of the model is verified by its bytes', async () => {
  const { ArtifactBucketName: Bucket } = walk.outputs;
  const source = trained.modelUri.replace('s3://', '');
  const Key = `models/copies/${trained.execution.trainingJobName}/output/model.tar.gz`;
  await walk.aws.s3.send(new CopyObjectCommand({ Bucket, Key, CopySource: source }));
  await makeModel(walk.aws, 'copy', `s3://${Bucket}/${Key}`);
  await transformWith(walk.aws, 'Batch-1', 'copy');
  const statements = await statementsAbout('transform-job', 'Batch-1', 1);
  expect(statements).toHaveLength(1);
  expect(statements[0]?.predicate).toMatchObject({
    outcome: { status: 'verified' },
    data: [{ value: { dataCommit: trained.tags.data_git_commit_id } }],
  });
});

describe('a model package', () => {
  async function propertiesOf(arn: string, evidence: string): Promise<Record<string, string>> {
    return eventually(`properties of ${arn}`, 60, async () => {
      const { CustomerMetadataProperties = {} } = await walk.aws.sagemaker.send(
        new DescribeModelPackageCommand({ ModelPackageName: arn }),
      );
      return CustomerMetadataProperties['lineage.evidence'] === evidence ? CustomerMetadataProperties : undefined;
    });
  }

  test('carries what the statement about it says, and its approval makes a new one', async () => {
    const arn = await registerModel(walk.aws, 'Diagnosis', trained.modelUri);
    const [registered] = await statementsAbout('model-package', 'Diagnosis.1', 1);
    expect(registered?.predicate).toMatchObject({
      outcome: { status: 'verified' },
      packages: [{ value: { arn, approval: 'PendingManualApproval' } }],
    });
    await expect(propertiesOf(arn, registered?.evidence ?? '')).resolves.toMatchObject({
      data_git_commit_id: trained.tags.data_git_commit_id,
      'lineage.status': 'verified',
      'lineage.assurance': 'attested',
      'lineage.platform': PLATFORM,
    });
    await walk.aws.sagemaker.send(
      new UpdateModelPackageCommand({ ModelPackageArn: arn, ModelApprovalStatus: 'Approved' }),
    );
    const [, approved] = await statementsAbout('model-package', 'Diagnosis.1', 2);
    expect(approved?.predicate.packages).toMatchObject([{ value: { approval: 'Approved' } }]);
    await propertiesOf(arn, approved?.evidence ?? '');
    // its own writes come back as events, and change nothing.
    await expect(statementsAbout('model-package', 'Diagnosis.1', 2)).resolves.toHaveLength(2);
  });

  test('keeps another data commit that somebody gave it, and is in conflict', async () => {
    const claimed = 'f'.repeat(40);
    const arn = await registerModel(walk.aws, 'Claimed', trained.modelUri, { data_git_commit_id: claimed });
    const [statement] = await statementsAbout('model-package', 'Claimed.1', 1);
    expect(statement?.predicate.outcome).toMatchObject({ status: 'conflict', reasons: [{ code: 'tag-differs' }] });
    await expect(propertiesOf(arn, statement?.evidence ?? '')).resolves.toMatchObject({
      data_git_commit_id: claimed,
      'lineage.status': 'conflict',
      'lineage.reason': 'tag-differs',
    });
  });
});

test('a model that was written over after its training is a conflict wherever it is put to use', async () => {
  await putStrangersModel(trained.modelUri.split('/').slice(3).join('/'));
  await deployModel(walk.aws, 'Replaced', 'honest');
  const [replaced] = await statementsAbout('endpoint', 'Replaced', 1);
  expect(replaced?.predicate).toMatchObject({
    outcome: { status: 'conflict', reasons: [{ code: 'model-bytes-differ' }] },
    models: [{ value: { trainingStatement: null } }],
    data: [],
  });
});

test('the local SageMaker was asked for nothing it does not know', async () => {
  await expect(readComplaints(sandbox)).resolves.toEqual({
    unsupported: { calls: [] },
    invalid: { invalidResponses: [] },
  });
});
