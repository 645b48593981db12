import { join } from 'node:path';
import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
// in a project of your own: from 'cdk-ml-lineage'.
import { DataRepository, JobScript, LineagePipeline, LineagePlatform } from '../../lib';

export interface DatasetLevelStackProps extends StackProps {
  readonly platformName: string;
  readonly dataRepositoryUrl: string;
  /** the secret with a token that may push to the data repository. */
  readonly dataRepositoryTokenSecretArn: string;
  /** an image with Python, git, MLflow and what the scripts import. */
  readonly image: string;
}

/**
 * A platform with one pipeline: raw data becomes a dataset version, and the dataset version a model.
 */
export class DatasetLevelStack extends Stack {
  constructor(scope: Construct, id: string, props: DatasetLevelStackProps) {
    super(scope, id, props);

    const dataRepository = new DataRepository(this, 'DataRepository', {
      url: props.dataRepositoryUrl,
      tokenSecret: Secret.fromSecretCompleteArn(this, 'Token', props.dataRepositoryTokenSecretArn),
    });
    const platform = new LineagePlatform(this, 'Platform', {
      platformName: props.platformName,
      dataRepositories: [dataRepository],
    });
    const script = JobScript.fromAsset(join(__dirname, 'scripts'));
    const pipeline = new LineagePipeline(this, 'Pipeline', {
      platform,
      dataRepository,
      preprocess: { script, image: props.image, inputBucket: platform.artifactBucket, inputPrefix: 'raw' },
      train: { script, image: props.image },
    });

    new CfnOutput(this, 'PipelineName', { value: pipeline.pipelineName });
    new CfnOutput(this, 'ArtifactBucketName', { value: platform.artifactBucket.bucketName });
    new CfnOutput(this, 'DvcRemoteUrl', { value: platform.dvcRemote.url });
    new CfnOutput(this, 'MlflowAppArn', { value: platform.mlflowApp.mlflowAppArn });
  }
}
