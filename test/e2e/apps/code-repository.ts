import { App, CfnOutput } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { setting, stackSettings } from '../../../examples/dataset-level/settings';
import { DatasetLevelStack, type DatasetLevelStackProps } from '../../../examples/dataset-level/stack';
import { DataRepository, JobScript, LineagePipeline } from '../../../lib';

interface CodeRepositoryStackProps extends DatasetLevelStackProps {
  readonly codeRepositoryUrl: string;
  readonly codeRepositoryTokenSecretArn: string;
}

/** The example, with a second pipeline whose scripts come from a repository. */
class CodeRepositoryStack extends DatasetLevelStack {
  constructor(scope: Construct, id: string, props: CodeRepositoryStackProps) {
    super(scope, id, props);
    const { platform, dataRepository } = this;
    const codeRepository = new DataRepository(this, 'CodeRepository', {
      url: props.codeRepositoryUrl,
      tokenSecret: Secret.fromSecretCompleteArn(this, 'CodeToken', props.codeRepositoryTokenSecretArn),
    });
    const script = JobScript.fromRepository(codeRepository);
    const pipeline = new LineagePipeline(this, 'CodeRepositoryPipeline', {
      platform,
      dataRepository,
      preprocess: { script, image: props.image, inputBucket: platform.artifactBucket, inputPrefix: 'raw' },
      train: { script, image: props.image },
    });
    new CfnOutput(this, 'CodeRepositoryPipelineName', { value: pipeline.pipelineName });
  }
}

const app = new App();
const settings = stackSettings(app.node);
new CodeRepositoryStack(app, `dataset-level-${settings.platformName}`, {
  ...settings,
  codeRepositoryUrl: setting(app.node, 'codeRepositoryUrl'),
  codeRepositoryTokenSecretArn: setting(app.node, 'codeRepositoryTokenSecretArn'),
});
