import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { stackSettings } from '../../../examples/dataset-level/settings';
import { DatasetLevelStack, type DatasetLevelStackProps } from '../../../examples/dataset-level/stack';
import { JobScript, LineageJobSettings } from '../../../lib';

/** The example, with settings for jobs that a team starts itself. */
class OwnJobsStack extends DatasetLevelStack {
  constructor(scope: Construct, id: string, props: DatasetLevelStackProps) {
    super(scope, id, props);
    const { platform, dataRepository } = this;
    const script = JobScript.fromAsset(join(__dirname, '..', '..', '..', 'examples', 'dataset-level', 'scripts'));
    new LineageJobSettings(this, 'OwnJobs', {
      platform,
      dataRepository,
      experimentName: 'own-jobs',
      preprocess: { script, image: props.image, inputBucket: platform.artifactBucket, inputPrefix: 'raw/own-jobs' },
      train: { script, image: props.image },
    }).addOutputs();
  }
}

const app = new App();
const settings = stackSettings(app.node);
new OwnJobsStack(app, `dataset-level-${settings.platformName}`, settings);
