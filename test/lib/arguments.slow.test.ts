import { App, CfnParameter, Duration, Stack } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import {
  CheckpointRecorder,
  CodeCommitDataRepository,
  DataRepository,
  DeploymentRecorder,
  DvcRemote,
  EvidenceStore,
  type IMlflowApp,
  JobImage,
  JobNetwork,
  JobScript,
  JobToolkit,
  LineageJobSettings,
  LineageOperations,
  LineagePipeline,
  type LineagePipelineProps,
  LineagePlatform,
  MlflowApp,
  ProcessingRole,
  Reconciler,
  RunTagger,
  TrainingRole,
} from '../../lib';
import { CONSTRUCTS, SECRET_ARN } from './definition';

/**
 * What constructs are given, in one of the ways in which an app may have it.
 */
interface Given {
  /** names, prefixes, addresses and other texts, the last argument being one that is valid. */
  readonly text: (id: string, valid: string) => string;
  readonly bucket: (id: string) => s3.IBucket;
  readonly key: (id: string) => kms.IKey;
  readonly role: (id: string) => iam.IRoleRef;
  readonly secret: () => secretsmanager.ISecret;
  readonly vpc: () => ec2.IVpc;
}

const SUBNET = 'subnet-0123456789abcdef0';
const VPC = 'vpc-0123456789abcdef0';
const MLFLOW_APP_ARN = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE';
const IMAGE = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312';
const TRUST = { Version: '2012-10-17', Statement: [] };

const literal: Given['text'] = (_id, valid) => valid;

function vpcOf(stack: Stack, vpcId: string, subnetId: string): ec2.IVpc {
  const attributes = { vpcId, availabilityZones: ['us-east-1a'], privateSubnetIds: [subnetId] };
  return ec2.Vpc.fromVpcAttributes(stack, 'Vpc', attributes);
}

function parameters(stack: Stack): Given {
  const text = (id: string) => new CfnParameter(stack, `${id}Parameter`).valueAsString;
  return {
    text,
    bucket: (id) => s3.Bucket.fromBucketName(stack, id, text(id)),
    key: (id) => kms.Key.fromKeyArn(stack, id, `arn:aws:kms:us-east-1:111122223333:key/${text(id)}`),
    role: (id) => iam.Role.fromRoleArn(stack, id, text(id)),
    secret: () => secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', text('Secret')),
    vpc: () => vpcOf(stack, text('VpcId'), text('SubnetId')),
  };
}

function importedByName(stack: Stack): Given {
  return {
    text: literal,
    bucket: (id) => s3.Bucket.fromBucketName(stack, id, `given-${id.toLowerCase()}`),
    key: (id) => kms.Key.fromKeyArn(stack, id, `arn:aws:kms:us-east-1:111122223333:key/given-${id}`),
    role: (id) => iam.Role.fromRoleArn(stack, id, `arn:aws:iam::111122223333:role/given-${id}`),
    secret: () => secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', SECRET_ARN),
    vpc: () => vpcOf(stack, VPC, SUBNET),
  };
}

function ofAnotherStack(stack: Stack): Given {
  const other = new Stack(stack.node.root as App, 'Other');
  return {
    text: literal,
    bucket: (id) => new s3.Bucket(other, id),
    key: (id) => new kms.Key(other, id),
    role: (id) => new iam.Role(other, id, { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') }),
    secret: () => new secretsmanager.Secret(other, 'Secret'),
    vpc: () => new ec2.Vpc(other, 'Vpc', { natGateways: 1 }),
  };
}

function ofLevelOne(stack: Stack): Given {
  return {
    text: literal,
    bucket: (id) => s3.Bucket.fromCfnBucket(new s3.CfnBucket(stack, `${id}L1`)),
    key: (id) => kms.Key.fromCfnKey(new kms.CfnKey(stack, `${id}L1`, { keyPolicy: TRUST })),
    role: (id) => new iam.CfnRole(stack, `${id}L1`, { assumeRolePolicyDocument: TRUST }),
    secret: () => {
      const secret = new secretsmanager.CfnSecret(stack, 'SecretL1');
      return secretsmanager.Secret.fromSecretCompleteArn(stack, 'Secret', secret.ref);
    },
    vpc: () => {
      const vpc = new ec2.CfnVPC(stack, 'VpcL1', { cidrBlock: '10.0.0.0/16' });
      const subnet = new ec2.CfnSubnet(stack, 'SubnetL1', { vpcId: vpc.ref, cidrBlock: '10.0.0.0/24' });
      return vpcOf(stack, vpc.ref, subnet.ref);
    },
  };
}

/** Each way, with a sign in the template of the construct that it was taken. */
const WAYS: readonly (readonly [string, (stack: Stack) => Given, RegExp])[] = [
  ['tokens', parameters, /"Ref":"\w+Parameter"/],
  ['imported', importedByName, /given-|git-token-AbCdEf|vpc-0123456789abcdef0/],
  ['of another stack', ofAnotherStack, /"Fn::ImportValue":"Other:/],
  ['L1', ofLevelOne, /"(Ref|Fn::GetAtt)":\[?"\w+L1"/],
];

const repository = (stack: Stack, { text, secret }: Given) =>
  new DataRepository(stack, 'DataRepository', {
    url: text('Url', 'https://git.example.com/team/data.git'),
    tokenSecret: secret(),
  });

const remote = (stack: Stack, { text, key, bucket }: Given) =>
  new DvcRemote(stack, 'DvcRemote', {
    prefix: text('DvcPrefix', 'dvc'),
    encryptionKey: key('DvcKey'),
    accessLogBucket: bucket('DvcLogs'),
  });

const store = (stack: Stack, { text, key, bucket }: Given) =>
  new EvidenceStore(stack, 'EvidenceStore', {
    platformName: text('StoreName', 'demo'),
    encryptionKey: key('StoreKey'),
    accessLogBucket: bucket('StoreLogs'),
  });

const app = (stack: Stack, { text, bucket }: Given): IMlflowApp =>
  MlflowApp.fromMlflowAppAttributes(stack, 'MlflowApp', {
    mlflowAppArn: text('AppArn', MLFLOW_APP_ARN),
    artifactBucket: bucket('AppArtifacts'),
    artifactPrefix: text('AppPrefix', 'mlflow'),
  });

const toolkit = (stack: Stack, { text, bucket }: Given) =>
  new JobToolkit(stack, 'JobToolkit', {
    handoverBucket: bucket('Handover'),
    handoverPrefix: text('HandoverPrefix', 'lineage'),
  });

const jobParts = (stack: Stack, given: Given) => ({
  dvcRemote: remote(stack, given),
  dataRepositories: [repository(stack, given)],
  mlflowApp: app(stack, given),
  jobToolkit: toolkit(stack, given),
  artifactBucket: given.bucket('Artifacts'),
  codePrefix: given.text('CodePrefix', 'code'),
});

const platform = (stack: Stack, given: Given) =>
  new LineagePlatform(stack, 'Platform', {
    name: given.text('Name', 'demo'),
    data: { repositories: [repository(stack, given)], remote: remote(stack, given) },
    tracking: { mlflowApp: app(stack, given) },
    jobs: { artifactBucket: given.bucket('Artifacts') },
  });

function pipeline(stack: Stack, given: Given): LineagePipelineProps {
  const dataRepository = repository(stack, given);
  const data = { repositories: [dataRepository] };
  const script = JobScript.fromRepository(dataRepository, { entry: 'train.py' });
  const image = JobImage.fromUri(given.text('Image', IMAGE));
  return {
    platform: new LineagePlatform(stack, 'Platform', { name: given.text('Name', 'demo'), data }),
    dataRepository,
    preprocess: { script, image, inputBucket: given.bucket('Raw'), inputPrefix: given.text('InputPrefix', 'raw') },
    train: { script, image },
    pipelineName: given.text('PipelineName', 'demo'),
  };
}

/** Each public construct with what it can be given. */
const DEFINITIONS: Readonly<Record<string, (stack: Stack, given: Given) => unknown>> = {
  CheckpointRecorder: (stack, given) =>
    new CheckpointRecorder(stack, 'CheckpointRecorder', {
      evidenceStore: store(stack, given),
      mlflowApp: app(stack, given),
      jobRoles: [given.role('JobRole')],
    }),
  CodeCommitDataRepository: (stack, given) =>
    new CodeCommitDataRepository(stack, 'CodeCommit', {
      repositoryName: given.text('RepositoryName', 'data'),
      description: given.text('Description', 'Datasets'),
      dvcRemote: remote(stack, given),
    }),
  DataRepository: (stack, given) =>
    repository(stack, given).grants.read(new iam.Role(stack, 'Reader', { assumedBy: new iam.AccountRootPrincipal() })),
  DeploymentRecorder: (stack, given) =>
    new DeploymentRecorder(stack, 'DeploymentRecorder', {
      platformName: given.text('Name', 'demo'),
      evidenceStore: store(stack, given),
      jobRoles: [given.role('JobRole')],
    }),
  DvcRemote: remote,
  EvidenceStore: store,
  JobNetwork: (stack, given) => new JobNetwork(stack, 'JobNetwork', { vpc: given.vpc() }),
  JobToolkit: (stack, given) =>
    toolkit(stack, given).grants.handOn(new iam.Role(stack, 'Job', { assumedBy: new iam.AccountRootPrincipal() })),
  LineageJobSettings: (stack, given) => {
    const dataRepository = repository(stack, given);
    return new LineageJobSettings(stack, 'Settings', {
      platform: new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } }),
      dataRepository,
      experimentName: given.text('ExperimentName', 'demo'),
      registeredModelName: given.text('ModelName', 'diagnosis'),
      train: {
        script: JobScript.fromRepository(dataRepository, { entry: 'train.py' }),
        image: JobImage.fromUri(given.text('Image', IMAGE)),
      },
    });
  },
  LineageOperations: (stack, given) => {
    const evidenceStore = store(stack, given);
    const platformName = given.text('Name', 'demo');
    return new LineageOperations(stack, 'Operations', {
      deploymentRecorder: new DeploymentRecorder(stack, 'DeploymentRecorder', { platformName, evidenceStore }),
      alarmActions: [],
    });
  },
  LineagePipeline: (stack, given) => new LineagePipeline(stack, 'Pipeline', pipeline(stack, given)),
  'LineagePipeline in full': (stack, given) => {
    const props = pipeline(stack, given);
    return new LineagePipeline(stack, 'Pipeline', {
      ...props,
      train: {
        ...props.train,
        spot: { maxWait: Duration.hours(2) },
        instanceType: given.text('InstanceType', 'ml.m5.large'),
        hyperparameters: { epochs: given.text('Epochs', '3') },
      },
      evaluate: props.train,
      qualityGate: [{ metric: 'accuracy', atLeast: 0.9 }],
      register: {
        inferenceImage: JobImage.fromUri(given.text('InferenceImage', IMAGE)),
        contentTypes: [given.text('ContentType', 'text/csv')],
        modelPackageGroupName: given.text('GroupName', 'demo'),
      },
      experimentName: given.text('ExperimentName', 'demo'),
      registeredModelName: given.text('ModelName', 'diagnosis'),
    });
  },
  LineagePlatform: platform,
  MlflowApp: (stack, { text, bucket }) =>
    new MlflowApp(stack, 'App', {
      mlflowAppName: text('AppName', 'demo'),
      artifactBucket: bucket('Artifacts'),
      artifactPrefix: text('ArtifactPrefix', 'mlflow'),
    }),
  Reconciler: (stack, given) => {
    const platformName = given.text('Name', 'demo');
    const jobRoles = [given.role('JobRole')];
    const evidenceStore = store(stack, given);
    const common = { jobRoles, evidenceStore, mlflowApp: app(stack, given), dvcRemote: remote(stack, given) };
    return new Reconciler(stack, 'Reconciler', {
      ...common,
      runTagger: new RunTagger(stack, 'RunTagger', {
        ...common,
        platformName,
        dataRepositories: [repository(stack, given)],
      }),
      deploymentRecorder: new DeploymentRecorder(stack, 'DeploymentRecorder', {
        platformName,
        jobRoles,
        evidenceStore,
      }),
    });
  },
  ProcessingRole: (stack, given) => new ProcessingRole(stack, 'ProcessingRole', jobParts(stack, given)),
  RunTagger: (stack, given) =>
    new RunTagger(stack, 'RunTagger', {
      platformName: given.text('Name', 'demo'),
      mlflowApp: app(stack, given),
      dvcRemote: remote(stack, given),
      dataRepositories: [repository(stack, given)],
      jobRoles: [given.role('JobRole')],
      evidenceStore: store(stack, given),
    }),
  TrainingRole: (stack, given) => new TrainingRole(stack, 'TrainingRole', jobParts(stack, given)),
};

test('each construct is tried', () => {
  expect(Object.keys(DEFINITIONS).sort()).toEqual(Object.keys(CONSTRUCTS).sort());
});

describe.each(WAYS)(
  'arguments that are %s are taken, in a stack without account and region, by',
  (_way, givenIn, sign) => {
    test.each(Object.entries(DEFINITIONS))('%s', (_name, define) => {
      const root = new App();
      const stack = new Stack(root, 'Stack');
      define(stack, givenIn(stack));
      const { template } = root.synth().getStackByName('Stack');
      expect(JSON.stringify(template)).toMatch(sign);
    });
  },
);
