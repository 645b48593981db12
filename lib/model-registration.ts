import type { IModelPackageGroupRef } from 'aws-cdk-lib/aws-sagemaker';
import type { JobImage } from './job-image';

/**
 * What a metric has to be for a model to be registered. An execution may ask for more, and never for less.
 */
export interface QualityBound {
  /**
   * The name of the metric in the evaluation: a letter or underscore, then letters, digits and underscores.
   */
  readonly metric: string;

  /**
   * The least good value. An execution raises it by the parameter `AtLeast` and the name of the metric, such as
   * `AtLeastValAccuracy` for `val_accuracy`.
   *
   * @default - no least value
   */
  readonly atLeast?: number;

  /**
   * The greatest good value. An execution lowers it by the parameter `AtMost` and the name of the metric, such as
   * `AtMostLoss` for `loss`.
   *
   * @default - no greatest value
   */
  readonly atMost?: number;
}

/**
 * How models are registered.
 */
export interface RegisterProps {
  /**
   * The image that serves the model.
   */
  readonly inferenceImage: JobImage;

  /**
   * The media types that the model takes.
   *
   * @default ['application/json']
   */
  readonly contentTypes?: string[];

  /**
   * The media types that the model answers in.
   *
   * @default ['application/json']
   */
  readonly responseTypes?: string[];

  /**
   * The group that the model packages are versions of.
   *
   * @default - a new group, which outlives the stack
   */
  readonly modelPackageGroup?: IModelPackageGroupRef;

  /**
   * The name of the new group. A group outlives its stack: with a name of your own, a stack that is deployed again has to
   * import the group.
   *
   * @default - a name of the pipeline and the stack, which no other stack has
   */
  readonly modelPackageGroupName?: string;
}
