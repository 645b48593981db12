import type { Duration } from 'aws-cdk-lib';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { JobImage } from './job-image';
import type { JobScript } from './job-script';

/**
 * How a job of a pipeline runs.
 */
export interface PipelineJobProps {
  /**
   * The user's script. It knows nothing of lineage.
   */
  readonly script: JobScript;

  /**
   * The container image, which needs Python 3.10 or newer and git.
   */
  readonly image: JobImage;

  /**
   * The kind of instance that the job runs on.
   *
   * @default 'ml.m5.large'
   */
  readonly instanceType?: string;

  /**
   * The size of the instance's volume in gigabytes.
   *
   * @default 30
   */
  readonly volumeSizeInGb?: number;

  /**
   * After this time SageMaker stops the job.
   *
   * @default Duration.hours(1)
   */
  readonly maxRuntime?: Duration;

  /**
   * Further environment variables of the job.
   *
   * @default - only those that carry the lineage
   */
  readonly environment?: Record<string, string>;
}

/**
 * How the step that makes a dataset version runs.
 */
export interface PreprocessProps extends PipelineJobProps {
  /**
   * The bucket with the raw data.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly inputBucket: s3.IBucket;

  /**
   * The key prefix of the raw data, without a slash at either end. An execution may name another place below it.
   */
  readonly inputPrefix: string;
}

/**
 * Training on spare capacity, which is cheaper and may be taken away at any moment.
 *
 * Whatever the script keeps in `/opt/ml/checkpoints` is there again when the job goes on. It is kept below a prefix of the
 * pipeline and of the dataset's digest, so that no training goes on from what was learnt of other data; a later execution
 * on the same data does go on from it. Nothing deletes it.
 */
export interface SpotTraining {
  /**
   * How long the training may take with all waiting for capacity; at least `maxRuntime`.
   */
  readonly maxWait: Duration;
}

/**
 * How the step that makes a model runs.
 */
export interface TrainProps extends PipelineJobProps {
  /**
   * Hyperparameters, as texts: SageMaker takes no others.
   *
   * @default - none
   */
  readonly hyperparameters?: Record<string, string>;

  /**
   * How many instances train together. Each is given the whole dataset.
   *
   * @default 1
   */
  readonly instanceCount?: number;

  /**
   * Trains on spare capacity.
   *
   * @default - on capacity that nobody takes away, without checkpoints
   */
  readonly spot?: SpotTraining;
}
