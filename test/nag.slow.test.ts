import { App, Stack, Validations } from 'aws-cdk-lib';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { AwsSolutionsChecks } from 'cdk-nag';
import { CONSTRUCTS, ENVIRONMENT } from './lib/definition';

const SAGEMAKER = 'Resource::arn:<AWS::Partition>:sagemaker:us-east-1:111122223333';

const MIRRORING = {
  [`${SAGEMAKER}:model-package-group/*`]: 'named after registered models to come',
  [`${SAGEMAKER}:model-package/*`]: 'named after registered models to come',
  [`${SAGEMAKER}:action/*`]: 'the service makes the id',
  [`${SAGEMAKER}:artifact/*`]: 'the service makes the id',
  [`${SAGEMAKER}:context/*`]: 'the service makes the id',
  [`${SAGEMAKER}:experiment-trial-component/*`]: 'the service makes the id',
};

const DEPLOYMENTS = {
  [`${SAGEMAKER}:endpoint/*`]: 'the endpoints to come',
  [`${SAGEMAKER}:endpoint-config/*`]: 'the endpoint configurations to come',
  [`${SAGEMAKER}:model/*`]: 'the models to come',
  [`${SAGEMAKER}:model-package/*`]: 'the model packages to come',
  [`${SAGEMAKER}:model-package-group/*`]: 'the groups of model packages to come',
  [`${SAGEMAKER}:training-job/*`]: 'the jobs to come',
  [`${SAGEMAKER}:transform-job/*`]: 'the jobs to come',
};

const LOGS = 'Resource::arn:<AWS::Partition>:logs:us-east-1:111122223333:log-group:/aws/sagemaker';

const JOB = {
  'Resource::<DvcRemoteBucket9380F5B1.Arn>/dvc/*': 'datasets, named by their digest',
  'Resource::arn:aws:s3:::artifacts/code/*': 'scripts, named by their owners',
  'Resource::arn:aws:s3:::artifacts/lineage/*': 'what pipelines hand on, named after their executions',
  'Resource::arn:aws:s3:::artifacts/mlflow/*': 'MLflow names its artifacts itself, below this prefix',
};

const PLATFORM = {
  ...DEPLOYMENTS,
  ...MIRRORING,
  'Resource::<PlatformArtifactsD98FDC30.Arn>/mlflow/*': 'MLflow names its artifacts itself, below this prefix',
  'Resource::<PlatformArtifactsD98FDC30.Arn>/code/*': 'scripts, named by their owners',
  'Resource::<PlatformArtifactsD98FDC30.Arn>/models/*': 'models, named after their jobs',
  'Resource::<PlatformArtifactsD98FDC30.Arn>/lineage/*': 'what pipelines hand on, named after their executions',
  'Resource::<PlatformDvcRemoteBucketA9509FFE.Arn>/dvc/*': 'datasets, named by their digest',
  'Resource::<PlatformDvcRemoteBucketA9509FFE.Arn>/dvc/files/md5/*.dir': 'listings, named by their digest',
  'Resource::<PlatformEvidenceStoreBucket5744BE5A.Arn>/demo/*': 'statements, named after their jobs',
  [`${LOGS}/ProcessingJobs:*`]: 'SageMaker names the log streams after the jobs',
  [`${LOGS}/TrainingJobs:*`]: 'SageMaker names the log streams after the jobs',
  [`${SAGEMAKER}:training-job/*`]: 'the jobs to come',
  [`${SAGEMAKER}:processing-job/*`]: 'the jobs to come',
  'Resource::*': 'SageMaker lists all jobs or none',
};

/**
 * The wildcards that remain, each with the reason why nothing narrower works. The list is closed: a new wildcard fails.
 */
const JUSTIFIED: Record<string, Record<string, string>> = {
  CheckpointRecorder: {
    'Resource::<EvidenceStoreBucketF7309736.Arn>/demo/*': 'statements, named after their jobs',
    'Resource::*': 'SageMaker lists all jobs or none',
    [`${SAGEMAKER}:training-job/*`]: 'the jobs to come',
    [`${SAGEMAKER}:processing-job/*`]: 'the jobs to come',
  },
  MlflowApp: {
    ...MIRRORING,
    'Resource::arn:<AWS::Partition>:s3:::artifacts/mlflow/*': 'MLflow names its artifacts itself, below this prefix',
  },
  DeploymentRecorder: {
    ...DEPLOYMENTS,
    'Resource::<EvidenceStoreBucketF7309736.Arn>/demo/*': 'statements, named after what they are about',
  },
  RunTagger: {
    'Resource::<DvcRemoteBucket9380F5B1.Arn>/dvc/files/md5/*.dir': 'listings of datasets, named by their digest',
    'Resource::<EvidenceStoreBucketF7309736.Arn>/demo/*': 'statements, named after their jobs',
    [`${SAGEMAKER}:training-job/*`]: 'the jobs to come',
    [`${SAGEMAKER}:processing-job/*`]: 'the jobs to come',
  },
  ProcessingRole: {
    ...JOB,
    [`${LOGS}/ProcessingJobs:*`]: 'SageMaker names the log streams after the jobs',
  },
  TrainingRole: {
    ...JOB,
    [`${LOGS}/TrainingJobs:*`]: 'SageMaker names the log streams after the jobs',
    'Resource::arn:aws:s3:::artifacts/models/*': 'models, named after their jobs',
  },
  LineageOperations: {
    ...DEPLOYMENTS,
    'Resource::<EvidenceStoreBucketF7309736.Arn>/demo/*': 'statements, named after what they are about',
  },
  LineagePlatform: PLATFORM,
  LineagePipeline: {
    ...PLATFORM,
    'Resource::arn:<AWS::Partition>:s3:::raw/x/*': 'raw data, named by its owners',
    [`${SAGEMAKER}:processing-job/pipelines-*`]: 'SageMaker names the jobs of pipelines itself',
    [`${SAGEMAKER}:training-job/pipelines-*`]: 'SageMaker names the jobs of pipelines itself',
  },
};

function synthesize(define: (stack: Stack) => void, justified: Record<string, string> = {}): void {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENVIRONMENT });
  define(stack);
  for (const [finding, reason] of Object.entries(justified)) {
    Validations.of(stack).acknowledge({ id: `AwsSolutions::AwsSolutions-IAM5[${finding}]`, reason });
  }
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
}

test.each(Object.entries(CONSTRUCTS))(
  '%s passes AwsSolutions, but for the wildcards that are justified',
  (name, define) => {
    expect(() => synthesize(define, JUSTIFIED[name])).not.toThrow();
  },
);

test.each(Object.entries(JUSTIFIED))('%s still needs each wildcard that is justified for it', (name, justified) => {
  const define = CONSTRUCTS[name] as (stack: Stack) => void;
  for (const finding of Object.keys(justified)) {
    const { [finding]: _left, ...others } = justified;
    expect(() => synthesize(define, others)).toThrow(`AwsSolutions-IAM5[${finding}]`);
  }
});

test('control: a careless bucket does not pass', () => {
  expect(() => synthesize((stack) => void new s3.Bucket(stack, 'Bucket'))).toThrow(/AwsSolutions-S1/);
});
