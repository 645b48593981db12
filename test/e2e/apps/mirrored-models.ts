import { join } from 'node:path';
import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { stackSettings } from '../../../examples/dataset-level/settings';
import {
  DataRepository,
  JobScript,
  LineagePipeline,
  LineagePlatform,
  MlflowApp,
  ModelRegistrationMode,
} from '../../../lib';

// the example's pipeline, on a platform whose MLflow App makes a model package of each registered version.
const app = new App();
const settings = stackSettings(app.node);
const { image, platformName } = settings;
const stack = new Stack(app, `dataset-level-${platformName}`, settings);
const dataRepository = new DataRepository(stack, 'DataRepository', {
  url: settings.dataRepositoryUrl,
  tokenSecret: Secret.fromSecretCompleteArn(stack, 'Token', settings.dataRepositoryTokenSecretArn),
});
const platform = new LineagePlatform(stack, 'Platform', {
  name: platformName,
  data: { repositories: [dataRepository] },
  tracking: {
    mlflowApp: new MlflowApp(stack, 'MlflowApp', { modelRegistrationMode: ModelRegistrationMode.AUTOMATIC }),
  },
  evidence: { retention: Duration.days(1) },
});
platform.addOutputs();
const script = JobScript.fromAsset(join(__dirname, '..', '..', '..', 'examples', 'dataset-level', 'scripts'));
const pipeline = new LineagePipeline(stack, 'Pipeline', {
  platform,
  dataRepository,
  preprocess: { script, image, inputBucket: platform.artifactBucket, inputPrefix: 'raw' },
  train: { script, image },
  evaluate: { script, image },
  qualityGate: [{ metric: 'accuracy', atLeast: 0.5 }],
  register: { inferenceImage: image, modelPackageGroupName: 'gated' },
  registeredModelName: 'mirrored',
});
new CfnOutput(stack, 'PipelineName', { value: pipeline.pipelineName });
new CfnOutput(stack, 'TrainingRoleArn', { value: platform.trainingRole.roleArn });
