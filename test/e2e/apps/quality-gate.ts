import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { setting, stackSettings } from '../../../examples/dataset-level/settings';
import { DataRepository, JobScript, LineagePipeline, LineagePlatform } from '../../../lib';

// a platform with one pipeline, in its full form: on spare capacity, and it registers models, but no bad ones.
const app = new App();
const settings = stackSettings(app.node);
const { image, platformName } = settings;
const stack = new Stack(app, `dataset-level-${platformName}`, settings);
const dataRepository = new DataRepository(stack, 'DataRepository', {
  url: settings.dataRepositoryUrl,
  tokenSecret: Secret.fromSecretCompleteArn(stack, 'Token', settings.dataRepositoryTokenSecretArn),
});
const codeRepository = new DataRepository(stack, 'CodeRepository', {
  url: setting(app.node, 'codeRepositoryUrl'),
  tokenSecret: Secret.fromSecretCompleteArn(stack, 'CodeToken', setting(app.node, 'codeRepositoryTokenSecretArn')),
});
const platform = new LineagePlatform(stack, 'Platform', {
  name: platformName,
  data: { repositories: [dataRepository] },
});
platform.addOutputs();
const script = JobScript.fromRepository(codeRepository);
const maxRuntime = Duration.minutes(10);
const pipeline = new LineagePipeline(stack, 'Pipeline', {
  platform,
  dataRepository,
  preprocess: { script, image, inputBucket: platform.artifactBucket, inputPrefix: 'raw' },
  train: { script, image, maxRuntime, spot: { maxWait: maxRuntime } },
  evaluate: { script, image },
  qualityGate: [{ metric: 'accuracy', atLeast: 0.75 }],
  register: { inferenceImage: image, modelPackageGroupName: 'gated' },
  registeredModelName: 'gated',
});
// elsewhere the example has two pipelines, one of them with scripts of its own.
for (const output of ['PipelineName', 'CodeRepositoryPipelineName']) {
  new CfnOutput(stack, output, { value: pipeline.pipelineName });
}
