import { join } from 'node:path';
import { CfnOutput, type Duration, Stack, type StackProps } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
// in a project of your own: from 'cdk-ml-lineage'.
import { DataRepository, type JobImage, JobScript, LineagePipeline, LineagePlatform } from '../../lib';

export interface DatasetLevelStackProps extends StackProps {
  readonly platformName: string;
  readonly dataRepositoryUrl: string;
  /** the secret with a token that may push to the data repository. */
  readonly dataRepositoryTokenSecretArn: string;
  /** an image with Python, git, MLflow and what the scripts import. */
  readonly image: JobImage;
  /** how long nobody can delete a signed statement; seven years if absent. */
  readonly evidenceRetention?: Duration;
}

/**
 * A platform with one pipeline: raw data becomes a dataset version, the dataset version a model, and a good model one that
 * waits for approval.
 */
export class DatasetLevelStack extends Stack {
  readonly dataRepository: DataRepository;
  readonly platform: LineagePlatform;

  constructor(scope: Construct, id: string, props: DatasetLevelStackProps) {
    super(scope, id, props);

    this.dataRepository = new DataRepository(this, 'DataRepository', {
      url: props.dataRepositoryUrl,
      tokenSecret: Secret.fromSecretCompleteArn(this, 'Token', props.dataRepositoryTokenSecretArn),
    });
    this.platform = new LineagePlatform(this, 'Platform', {
      name: props.platformName,
      data: { repositories: [this.dataRepository] },
      ...(props.evidenceRetention && { evidence: { retention: props.evidenceRetention } }),
    });
    this.platform.addOutputs();

    const { platform, dataRepository } = this;
    const script = JobScript.fromAsset(join(__dirname, 'scripts'));
    const pipeline = new LineagePipeline(this, 'Pipeline', {
      platform,
      dataRepository,
      preprocess: { script, image: props.image, inputBucket: platform.artifactBucket, inputPrefix: 'raw' },
      train: { script, image: props.image },
      evaluate: { script, image: props.image },
      qualityGate: [{ metric: 'accuracy', atLeast: 0.85 }],
      register: {
        inferenceImage: props.image,
        contentTypes: ['text/csv'],
        responseTypes: ['text/csv'],
      },
      registeredModelName: 'diagnosis',
    });

    new CfnOutput(this, 'PipelineName', { value: pipeline.pipelineName });
    if (pipeline.modelPackageGroup) {
      new CfnOutput(this, 'ModelPackageGroup', {
        value: pipeline.modelPackageGroup.modelPackageGroupRef.modelPackageGroupArn,
        description: 'The models, which wait for approval',
      });
    }
  }
}
