import type { LineagePlatform } from '../../lib';
import type { Resources } from './concrete-template';
import { CONSTRUCTS, ENVIRONMENT, SECRET_ARN, templateOf } from './definition';
import { ADMINISTRATOR, type Call, type Principal, SimulatedAccount } from './simulated-account';

const PREFIX = `arn:aws:sagemaker:${ENVIRONMENT.region}:${ENVIRONMENT.account}`;

// in the order of the columns below; the administrator is none of the template's, and may do everything.
const ROLES: Readonly<Record<string, RegExp>> = {
  'lineage-deriver': /LineageDeriverRole/,
  'run-tagger': /RunTaggerRunTaggerRole/,
  'checkpoint-recorder': /CheckpointRecorderRecorderRole/,
  'deployment-recorder': /DeploymentRecorderRecorderRole/,
  'training job': /TrainingRole/,
  'processing job': /ProcessingRole/,
  'MLflow App': /MlflowAppRole/,
  "MLflow App's guard": /MlflowAppGuardFunctionRole/,
  pipeline: /^PipelineRole/,
  'evaluation job': /^PipelineEvaluationRole/,
  'dataset-reader': /^PipelineDatasetReaderRole/,
  'model-registrar': /^PipelineModelRegistrarRole/,
  reconciler: /ReconcilerReconcilerRole/,
};
const COLUMNS = [...Object.keys(ROLES), 'administrator'];

const resourcesOf = (define: (typeof CONSTRUCTS)[string]): Resources => templateOf(define).toJSON().Resources;

const resources = resourcesOf(CONSTRUCTS['LineagePipeline in full'] as never);
const account = new SimulatedAccount(resources);
const evidence = account.arn('AWS::S3::Bucket', /EvidenceStoreBucket/);
const signingKey = account.arn('AWS::KMS::Key', /SigningKey/);
const artifacts = account.arn('AWS::S3::Bucket', /Artifacts/);
const remote = account.arn('AWS::S3::Bucket', /DvcRemoteBucket/);
const dataKey = account.arn('AWS::KMS::Key', /^PlatformKey/);
const app = account.arn('AWS::SageMaker::MlflowApp', /./);
const events = account.arn('AWS::SQS::Queue', /RunTaggerDerivation(?!Parking)/);
const derivations = account.arn('AWS::SQS::Queue', /RunTaggerTagging(?!Parking)/);
const dueCheckpoints = account.arn('AWS::SQS::Queue', /CheckpointRecorderCheckpoint(?!Parking)/);
const changes = account.arn('AWS::SQS::Queue', /DeploymentRecorderChanges(?!Parking)/);
const walks = account.arn('AWS::SQS::Queue', /ReconcilerWalk(?!Parking)/);
const deriverFunction = account.arn('AWS::Lambda::Function', /LineageDeriver/);
const taggerFunction = account.arn('AWS::Lambda::Function', /RunTagger[0-9A-F]{8}$/);
const readerFunction = account.arn('AWS::Lambda::Function', /DatasetReader/);
const registrarFunction = account.arn('AWS::Lambda::Function', /ModelRegistrar/);
const roleArn = (name: string) => roleNamed(account, name).arn;

const foreignStatement = `${evidence}/other/training-job/job/20261123T000000.000Z/000001.json`;
const statement = `${evidence}/demo/training-job/job/20261123T000000.000Z/000001.json`;
const record = `${remote}/dvc/files/md5/0c/c175b9c0f1b6a831c399e269772661`;
const handover = `${artifacts}/lineage/execution/lineage.json`;
const model = `${artifacts}/models/job/output/model.tar.gz`;
const evaluation = `${artifacts}/evaluations/execution/evaluation.json`;
const checkpoint = `${artifacts}/checkpoints/stack-pipeline-013d2286/0cc175b9c0f1b6a831c399e269772661.dir/0.ckpt`;
const foreignCheckpoint = `${artifacts}/checkpoints/other/0cc175b9c0f1b6a831c399e269772661.dir/0.ckpt`;
const job = `${PREFIX}:training-job/job`;
const datasetNode = `${PREFIX}:artifact/0123456789abcdef`;
const jobNode = `${PREFIX}:experiment-trial-component/job-aws-training-job`;
const otherNode = `${PREFIX}:experiment-trial-component/job`;
const modelPackage = `${PREFIX}:model-package/model/1`;
const endpoint = `${PREFIX}:endpoint/endpoint`;
const processingJob = `${PREFIX}:processing-job/job`;
const pipelineJob = `${PREFIX}:training-job/pipelines-execution-train`;

const packageOfGroup = `${PREFIX}:model-package/PipelineModels23D86F5C/1`;
const approved = { 'sagemaker:ModelApprovalStatus': 'Approved' };
const pending = { 'sagemaker:ModelApprovalStatus': 'PendingManualApproval' };
const onlyNew = { 's3:if-none-match': '*' };
const below = (prefix: string) => ({ 's3:prefix': prefix });
const inClear = { 'aws:SecureTransport': 'false' };
const digest = { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': 'ECDSA_SHA_256' };
const raw = { ...digest, 'kms:MessageType': 'RAW' };

const call = (action: string, resource: string, context: Call['context'] = {}): Call => ({ action, resource, context });
const read = (object: string) => [call('s3:GetObject', object), call('kms:Decrypt', dataKey)];
const write = (object: string) => [call('s3:PutObject', object), call('kms:GenerateDataKey', dataKey)];
const take = (queue: string) => [call('sqs:ReceiveMessage', queue), call('sqs:DeleteMessage', queue)];
const train = (name: string, role: string) => [
  call('sagemaker:CreateTrainingJob', name),
  call('iam:PassRole', roleArn(role), { 'iam:PassedToService': 'sagemaker.amazonaws.com' }),
];
const process = (role: string) => [
  call('sagemaker:CreateProcessingJob', `${PREFIX}:processing-job/pipelines-execution-evaluate`),
  call('iam:PassRole', roleArn(role), { 'iam:PassedToService': 'sagemaker.amazonaws.com' }),
];

// y: allowed, -: denied; who needs several calls needs all of them.
// biome-ignore format: a table is read in columns.
const TABLE: readonly (readonly [what: string, allowed: string, ...calls: Call[]])[] = [
  //                                 lineage-deriver
  //                                 | run-tagger
  //                                 | | checkpoint-recorder
  //                                 | | | deployment-recorder
  //                                 | | | | training job
  //                                 | | | | | processing job
  //                                 | | | | | | MLflow App
  //                                 | | | | | | | guard
  //                                 | | | | | | | | pipeline
  //                                 | | | | | | | | | evaluation job
  //                                 | | | | | | | | | | dataset-reader
  //                                 | | | | | | | | | | | model-registrar
  //                                 | | | | | | | | | | | | reconciler
  //                                 | | | | | | | | | | | | | administrator
  ['sign a digest',                 '- y y y - - - - - - - - - -', call('kms:Sign', signingKey, digest)],
  ['sign what is no digest',        '- - - - - - - - - - - - - -', call('kms:Sign', signingKey, raw)],
  ['sign without saying how',       '- - - - - - - - - - - - - -', call('kms:Sign', signingKey)],
  ['hand on the signing key',       '- - - - - - - - - - - - - -', call('kms:CreateGrant', signingKey)],
  ['read the public key',           '- y y y - - - - - - - - y y', call('kms:GetPublicKey', signingKey)],
  ['change who may sign',           '- - - - - - - - - - - - - y', call('kms:PutKeyPolicy', signingKey)],

  ['add a statement',               '- y y y - - - - - - - - - y', call('s3:PutObject', statement, onlyNew)],
  ['add one for another platform',  '- - - - - - - - - - - - - y', call('s3:PutObject', foreignStatement, onlyNew)],
  ['write over a statement',        '- - - - - - - - - - - - - -', call('s3:PutObject', statement)],
  ['hide a statement',              '- - - - - - - - - - - - - -', call('s3:DeleteObject', statement)],
  ['delete a statement',            '- - - - - - - - - - - - - -', call('s3:DeleteObjectVersion', statement)],
  ['go round the retention',        '- - - - - - - - - - - - - -', call('s3:BypassGovernanceRetention', statement)],
  ['shorten the retention',         '- - - - - - - - - - - - - -', call('s3:PutObjectRetention', statement)],
  ['put a legal hold',              '- - - - - - - - - - - - - -', call('s3:PutObjectLegalHold', statement)],
  ['replicate over a statement',    '- - - - - - - - - - - - - -', call('s3:ReplicateObject', statement)],
  ['replicate a deletion',          '- - - - - - - - - - - - - -', call('s3:ReplicateDelete', statement)],
  ['encrypt it with another key',   '- - - - - - - - - - - - - -', call('s3:UpdateObjectEncryption', statement)],
  ['let statements expire',         '- - - - - - - - - - - - - -', call('s3:PutLifecycleConfiguration', evidence)],
  ['lock later ones for less long', '- - - - - - - - - - - - - y', call('s3:PutBucketObjectLockConfiguration', evidence)],
  ['change the evidence\'s policy',  '- - - - - - - - - - - - - y', call('s3:PutBucketPolicy', evidence)],
  ['read a statement',              '- y y y - - - - - - - - y y', call('s3:GetObject', statement)],
  ['read a statement in clear',     '- - - - - - - - - - - - - -', call('s3:GetObject', statement, inClear)],
  ['read one of another platform',  '- - - - - - - - - - - - - y', call('s3:GetObject', foreignStatement)],
  ['read a version of a statement', '- y y y - - - - - - - - y y', call('s3:GetObjectVersion', statement)],
  ['list versions of statements',   '- y y y - - - - - - - - y y', call('s3:ListBucketVersions', evidence, below('demo/job/'))],
  ['list another platform\'s',      '- - - - - - - - - - - - - y', call('s3:ListBucketVersions', evidence, below('other/'))],

  ['read the Git token',            'y - - - y y - - - y - - - y', call('secretsmanager:GetSecretValue', SECRET_ARN)],
  ['read records',                  '- - - - y y - - - y - - - y', ...read(record)],
  ['read a listing',                'y - - - y y - - - y - - y y', ...read(`${record}.dir`)],
  ['list versions of records',      'y - - - - - - - - - - - y y', call('s3:ListBucketVersions', remote, below('dvc/files/md5/'))],
  ['push records',                  '- - - - - y - - - - - - - y', ...write(record)],
  ['delete records',                '- - - - - - - - - - - - - -', call('s3:DeleteObject', record)],
  ['delete a version of records',   '- - - - - - - - - - - - - -', call('s3:DeleteObjectVersion', record)],
  ['write what is handed on',       '- - - - - y - - - - - - - y', ...write(handover)],
  ['read what was handed on',       'y - - - y - - - - y y - - y', ...read(handover)],
  ['write a model',                 '- - - - y - - - - - - - - y', ...write(model)],
  ['read a model',                  '- y - y - - - - - y - - - y', ...read(model)],
  ['write an evaluation',           '- - - - - - - - - y - - - y', ...write(evaluation)],
  ['read an evaluation',            '- - - - - - - - y - - - - y', ...read(evaluation)],
  ['write a checkpoint',            '- - - - y - - - - - - - - y', ...write(checkpoint)],
  ['write one of another pipeline', '- - - - - - - - - - - - - y', ...write(foreignCheckpoint)],
  ['read a checkpoint',             '- - - - y - - - - - - - - y', ...read(checkpoint)],
  ['delete a model',                '- - - - - - - - - - - - - y', call('s3:DeleteObject', model)],

  ['call MLflow',                   '- y y - y y - - - y - y y y', call('sagemaker:CallMlflowAppApi', app)],
  ['change the MLflow App',         '- - - - - - - - - - - - - y', call('sagemaker:UpdateMlflowApp', app)],
  ['register a model',              '- - - - - - - - - - - - - y', call('sagemaker:CreateModelPackage', modelPackage)],
  ['register one of the pipeline',  '- - - - - - - - y - - - - y', call('sagemaker:CreateModelPackage', packageOfGroup, pending)],
  ['register one as approved',      '- - - - - - - - - - - - - y', call('sagemaker:CreateModelPackage', packageOfGroup, approved)],
  ['approve a model',               '- - - - - - - - - - - - - y', call('sagemaker:UpdateModelPackage', modelPackage, approved)],
  ['describe a model package',      '- - - y - - - - - - - - y y', call('sagemaker:DescribeModelPackage', modelPackage)],
  ['write metadata on a package',   '- - - y - - - - - - - - - y', call('sagemaker:UpdateModelPackage', modelPackage)],
  ['put a model to use',            '- - - - - - - - - - - - - y', call('sagemaker:CreateEndpoint', endpoint)],
  ['describe a training job',       'y y y y - - - - - - - - y y', call('sagemaker:DescribeTrainingJob', job)],
  ['describe one of a pipeline',    'y y y y - - - - y - - y y y', call('sagemaker:DescribeTrainingJob', pipelineJob)],
  ['describe a processing job',     'y y y - - - - - - - - - y y', call('sagemaker:DescribeProcessingJob', processingJob)],
  ['read the tags of a job',        'y - y y - - - - - - - - y y', call('sagemaker:ListTags', job)],
  ['read those of processing',      'y - y - - - - - - - - - y y', call('sagemaker:ListTags', processingJob)],
  ['list all endpoints',            '- - - - - - - - - - - - y y', call('sagemaker:ListEndpoints', '*')],
  ['list all model packages',       '- - - - - - - - - - - - y y', call('sagemaker:ListModelPackages', '*')],
  ['list all jobs',                 '- - y - - - - - - - - - y y', call('sagemaker:ListTrainingJobs', '*')],
  ['add to the lineage graph',      '- y - - - - - - - - - - - y', call('sagemaker:CreateArtifact', datasetNode), call('sagemaker:AddAssociation', jobNode)],
  ['add what is no job there',      '- - - - - - - - - - - - - y', call('sagemaker:AddAssociation', otherNode)],
  ['change the lineage graph',      '- - - - - - - - - - - - - y', call('sagemaker:UpdateArtifact', datasetNode)],
  ['delete from the lineage graph', '- - - - - - - - - - - - - y', call('sagemaker:DeleteAssociation', datasetNode)],
  ['tag a job',                     '- - - - - - - - - - - - - y', call('sagemaker:AddTags', job)],
  ['train by hand',                 '- - - - - - - - - - - - - y', ...train(job, 'training job')],
  ['train in a pipeline',           '- - - - - - - - y - - - - y', ...train(pipelineJob, 'training job')],
  ['evaluate in a pipeline',        '- - - - - - - - y - - - - y', ...process('evaluation job')],
  ['process with a function\'s role', '- - - - - - - - - - - - - y', ...process('model-registrar')],
  ['train with the tagger\'s role',  '- - - - - - - - - - - - - y', ...train(pipelineJob, 'run-tagger')],

  ['take an event',                 'y - - - - - - - - - - - - y', ...take(events)],
  ['send an event',                 '- - - - - - - - - - - y y y', call('sqs:SendMessage', events)],
  ['take a derivation',             '- y - - - - - - - - - - - y', ...take(derivations)],
  ['send a derivation',             'y - - - - - - - - - - - - y', call('sqs:SendMessage', derivations)],
  ['take a due checkpoint',         '- - y - - - - - - - - - - y', ...take(dueCheckpoints)],
  ['send a due checkpoint',         '- - - - - - - - - - - - - y', call('sqs:SendMessage', dueCheckpoints)],
  ['take a change',                 '- - - y - - - - - - - - - y', ...take(changes)],
  ['send a change',                 '- - - - - - - - - - - - y y', call('sqs:SendMessage', changes)],
  ['take a walk',                   '- - - - - - - - - - - - y y', ...take(walks)],
  ['send a walk',                   '- - - - - - - - - - - - y y', call('sqs:SendMessage', walks)],
  ['send a derivation in clear',    '- - - - - - - - - - - - - -', call('sqs:SendMessage', derivations, inClear)],

  ['read a dataset\'s digest',       '- - - - - - - - y - - - - y', call('lambda:InvokeFunction', readerFunction)],
  ['register a version',            '- - - - - - - - y - - - - y', call('lambda:InvokeFunction', registrarFunction)],
  ['change the lineage-deriver',    '- - - - - - - - - - - - - y', call('lambda:UpdateFunctionCode', deriverFunction)],
  ['change the run-tagger',         '- - - - - - - - - - - - - y', call('lambda:UpdateFunctionCode', taggerFunction)],
  ['take the run-tagger\'s role',    '- - - - - - - - - - - - - -', call('sts:AssumeRole', roleArn('run-tagger'))],
  ['change who may take it',        '- - - - - - - - - - - - - y', call('iam:UpdateAssumeRolePolicy', roleArn('run-tagger'))],
  ['change what it may do',         '- - - - - - - - - - - - - y', call('iam:PutRolePolicy', roleArn('run-tagger'))],
];
const LINES = TABLE.map(([what, expected, ...calls]) => ({ what, expected, calls }));
const DENIED_TO_ALL = LINES.filter(({ expected }) => !expected.includes('y'));

/** Which columns may do something, in the signs of the table. */
async function allowed(simulated: SimulatedAccount, calls: readonly Call[]): Promise<string> {
  const principals = [...Object.keys(ROLES).map((name) => roleNamed(simulated, name)), ADMINISTRATOR];
  const answers = await Promise.all(principals.map((principal) => simulated.allows(principal, calls)));
  return answers.map((answer) => (answer ? 'y' : '-')).join(' ');
}

function roleNamed(simulated: SimulatedAccount, name: string): Principal {
  const [id, ...more] = simulated.roles().filter((candidate) => ROLES[name]?.test(candidate));
  if (id === undefined || more.length > 0) {
    throw new Error(`one role has to be that of the ${name}, got ${[id, ...more].join(', ')}`);
  }
  return simulated.role(id);
}

/** The same resources, each of which now allows its account everything. */
function opened(all: Resources): Resources {
  const Principal = { AWS: `arn:aws:iam::${ENVIRONMENT.account}:root` };
  const policyFor = (Action: string, Resource?: string) => ({
    Version: '2012-10-17',
    Statement: [{ Effect: 'Allow', Principal, Action, ...(Resource && { Resource }) }],
  });
  const replacements: Record<string, object> = {
    'AWS::IAM::Role': { AssumeRolePolicyDocument: policyFor('sts:AssumeRole') },
    'AWS::KMS::Key': { KeyPolicy: policyFor('kms:*', '*') },
    'AWS::S3::BucketPolicy': { PolicyDocument: policyFor('s3:*', '*') },
    'AWS::SQS::QueuePolicy': { PolicyDocument: policyFor('sqs:*', '*') },
  };
  return Object.fromEntries(
    Object.entries(all).map(([id, { Type, Properties }]) => [
      id,
      { Type, Properties: { ...Properties, ...replacements[Type] } },
    ]),
  );
}

test('the table has a column for every role', () => {
  const patterns = Object.values(ROLES);
  expect(account.roles().filter((id) => !patterns.some((pattern) => pattern.test(id)))).toEqual([]);
  expect(account.roles()).toHaveLength(patterns.length);
});

test.each(LINES)('nobody but who has to may $what', async ({ expected, calls }) => {
  const signs = await allowed(account, calls);
  const named = (text: string) => text.split(' ').map((sign, index) => `${COLUMNS[index]} ${sign}`);
  expect(named(signs)).toEqual(named(expected));
});

test.each(DENIED_TO_ALL)("control: but for the resource's own policy somebody may $what", async ({ calls }) => {
  expect(await new SimulatedAccount(opened(resources)).allows(ADMINISTRATOR, calls)).toBe(true);
});

test('control: a right that was given by mistake is seen', async () => {
  const careless = new SimulatedAccount(
    resourcesOf((stack) => {
      CONSTRUCTS['LineagePipeline in full']?.(stack);
      const platform = stack.node.findChild('Platform') as LineagePlatform;
      platform.evidenceStore.grants.append(platform.trainingRole);
      platform.dvcRemote.grants.pull(platform.runTagger.taggerFunction);
    }),
  );
  expect(await allowed(careless, [call('kms:Sign', signingKey, digest)])).toBe('- y y y y - - - - - - - - -');
  expect(await allowed(careless, [call('s3:PutObject', statement, onlyNew)])).toBe('- y y y y - - - - - - - - y');
  expect(await allowed(careless, read(record))).toBe('- y - - y y - - - y - - - y');
});

test.each([
  ['an action', call('kms:Signe', signingKey), /cannot be simulated/],
  ['context', call('s3:PutObject', statement, { 's3:if-none-matched': '*' }), /does not know the context/],
])('control: %s that IAM does not know is no denial', async (_what, unknown, problem) => {
  await expect(account.allows(ADMINISTRATOR, [unknown])).rejects.toThrow(problem);
});
