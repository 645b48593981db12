import { join } from 'node:path';
import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import {
  CheckpointRecorder,
  CodeCommitDataRepository,
  DataRepository,
  DeploymentRecorder,
  DvcRemote,
  EvidenceStore,
  type IDataRepository,
  JobImage,
  JobNetwork,
  type JobRoleProps,
  JobScript,
  JobToolkit,
  LineageJobSettings,
  LineageOperations,
  LineagePipeline,
  type LineagePipelineOptions,
  LineagePlatform,
  MlflowApp,
  type PipelineJobProps,
  ProcessingRole,
  Reconciler,
  RunTagger,
  TrainingRole,
} from '../../lib';

const SCRIPTS = join(__dirname, '..', 'e2e', 'scripts');

export const ENVIRONMENT = { account: '111122223333', region: 'us-east-1' };
export const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:git-token-AbCdEf';
export const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
export const MLFLOW_APP_ARN = 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE';
export const REPOSITORY_URL = 'https://git.example.com/team/data.git';

export function defineStack(): Stack {
  return new Stack(new App(), 'Stack', { env: ENVIRONMENT });
}

export function defineRepository(stack: Stack): IDataRepository {
  return new DataRepository(stack, 'DataRepository', {
    url: REPOSITORY_URL,
    tokenSecret: Secret.fromSecretCompleteArn(stack, 'Token', SECRET_ARN),
  });
}

export function defineRole(stack: Stack): iam.Role {
  return new iam.Role(stack, 'Grantee', { assumedBy: new iam.AccountRootPrincipal() });
}

/**
 * What the roles of jobs are made for: a new remote, and the rest as it is there already.
 */
export function defineJobParts(stack: Stack): JobRoleProps {
  const artifactBucket = s3.Bucket.fromBucketAttributes(stack, 'Artifacts', {
    bucketArn: 'arn:aws:s3:::artifacts',
    encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN),
  });
  return {
    dvcRemote: new DvcRemote(stack, 'DvcRemote'),
    dataRepositories: [defineRepository(stack)],
    mlflowApp: MlflowApp.fromMlflowAppAttributes(stack, 'MlflowApp', {
      mlflowAppArn: MLFLOW_APP_ARN,
      artifactBucket,
      artifactPrefix: 'mlflow',
    }),
    jobToolkit: new JobToolkit(stack, 'JobToolkit', { handoverBucket: artifactBucket }),
    artifactBucket,
  };
}

/**
 * Each public construct with the fewest props it takes, and the pipeline with all of its steps too.
 */
export const CONSTRUCTS: Record<string, (stack: Stack) => void> = {
  CheckpointRecorder: (stack) =>
    void new CheckpointRecorder(stack, 'CheckpointRecorder', {
      evidenceStore: new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' }),
      mlflowApp: MlflowApp.fromMlflowAppAttributes(stack, 'MlflowApp', {
        mlflowAppArn: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE',
        artifactBucket: s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts'),
        artifactPrefix: 'mlflow',
      }),
      jobRoles: [defineRole(stack)],
    }),
  CodeCommitDataRepository: (stack) =>
    void new CodeCommitDataRepository(stack, 'CodeCommitDataRepository', { repositoryName: 'data' }),
  DvcRemote: (stack) => void new DvcRemote(stack, 'DvcRemote'),
  DataRepository: (stack) => void defineRepository(stack),
  DeploymentRecorder: (stack) =>
    void new DeploymentRecorder(stack, 'DeploymentRecorder', {
      platformName: 'demo',
      evidenceStore: new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' }),
    }),
  EvidenceStore: (stack) => void new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' }),
  MlflowApp: (stack) => void new MlflowApp(stack, 'MlflowApp'),
  RunTagger: (stack) =>
    void new RunTagger(stack, 'RunTagger', {
      platformName: 'demo',
      mlflowApp: MlflowApp.fromMlflowAppAttributes(stack, 'MlflowApp', {
        mlflowAppArn: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE',
        artifactBucket: s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts'),
        artifactPrefix: 'mlflow',
      }),
      dvcRemote: new DvcRemote(stack, 'DvcRemote'),
      dataRepositories: [defineRepository(stack)],
      jobRoles: [defineRole(stack)],
      evidenceStore: new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' }),
    }),
  Reconciler: (stack) => {
    const { dvcRemote, dataRepositories, mlflowApp } = defineJobParts(stack);
    const common = {
      platformName: 'demo',
      evidenceStore: new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' }),
      jobRoles: [defineRole(stack)],
    };
    new Reconciler(stack, 'Reconciler', {
      ...common,
      mlflowApp,
      dvcRemote,
      runTagger: new RunTagger(stack, 'RunTagger', { ...common, mlflowApp, dvcRemote, dataRepositories }),
      deploymentRecorder: new DeploymentRecorder(stack, 'DeploymentRecorder', common),
    });
  },
  JobToolkit: (stack) =>
    void new JobToolkit(stack, 'JobToolkit', {
      handoverBucket: s3.Bucket.fromBucketName(stack, 'Artifacts', 'artifacts'),
    }),
  JobNetwork: (stack) =>
    void new JobNetwork(stack, 'JobNetwork', {
      vpc: ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['us-east-1a'],
        privateSubnetIds: ['subnet-0123456789abcdef0'],
      }),
    }),
  ProcessingRole: (stack) => void new ProcessingRole(stack, 'ProcessingRole', defineJobParts(stack)),
  TrainingRole: (stack) => void new TrainingRole(stack, 'TrainingRole', defineJobParts(stack)),
  LineageOperations: (stack) => {
    const evidenceStore = new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' });
    new LineageOperations(stack, 'Operations', {
      deploymentRecorder: new DeploymentRecorder(stack, 'DeploymentRecorder', { platformName: 'demo', evidenceStore }),
      alarmActions: [new SnsAction(Topic.fromTopicArn(stack, 'Alarms', 'arn:aws:sns:us-east-1:111122223333:alarms'))],
    });
  },
  LineagePlatform: (stack) =>
    void new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [defineRepository(stack)] } }),
  LineageJobSettings: (stack) => {
    const dataRepository = defineRepository(stack);
    new LineageJobSettings(stack, 'Settings', {
      platform: new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } }),
      dataRepository,
      experimentName: 'demo',
      train: {
        script: JobScript.fromAsset(SCRIPTS, { entry: 'log_run.py' }),
        image: JobImage.pytorchTraining('2.6.0', { pythonVersion: 'py312' }),
      },
    });
  },
  LineagePipeline: (stack) => definePipeline(stack),
  'LineagePipeline in full': (stack) =>
    definePipeline(stack, ({ script, image }) => ({
      train: { script, image, spot: { maxWait: Duration.hours(2) } },
      evaluate: { script, image },
      qualityGate: [{ metric: 'accuracy', atLeast: 0.9 }],
      register: { inferenceImage: JobImage.pytorchInference('2.6.0', { pythonVersion: 'py312' }) },
    })),
};

function definePipeline(
  stack: Stack,
  further: (job: PipelineJobProps) => Partial<LineagePipelineOptions> = () => ({}),
): void {
  const dataRepository = defineRepository(stack);
  const script = JobScript.fromAsset(SCRIPTS, { entry: 'log_run.py' });
  const image = JobImage.pytorchTraining('2.6.0', { pythonVersion: 'py312' });
  new LineagePipeline(stack, 'Pipeline', {
    platform: new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } }),
    dataRepository,
    preprocess: { script, image, inputBucket: s3.Bucket.fromBucketName(stack, 'Raw', 'raw'), inputPrefix: 'x' },
    train: { script, image },
    ...further({ script, image }),
  });
}

export function templateOf(define: (stack: Stack) => void): Template {
  const stack = defineStack();
  define(stack);
  return Template.fromStack(stack);
}

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

/**
 * The statements of the policies of one role, found by the start of its logical id.
 */
export function statementsOf(template: Template, roleIdPrefix: string): Statement[] {
  return Object.values(template.findResources('AWS::IAM::Policy'))
    .filter(({ Properties }) => (Properties.Roles as { Ref: string }[]).some(({ Ref }) => Ref.startsWith(roleIdPrefix)))
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement as Statement[]);
}

export function actionsOf(statements: readonly Statement[]): string[] {
  return [...new Set(statements.flatMap(({ Action }) => Action))].sort();
}
