import type { DescribedContainer, DescribedDeployment } from './deployment';

/**
 * An inference component, as SageMaker describes it: what is attached to a variant of an endpoint while it serves.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_InferenceComponentSpecification.html
 */
export interface DescribedComponent extends Pick<DescribedDeployment, 'models' | 'packages' | 'missing'> {
  readonly name: string;
  readonly arn: string;
  readonly status: 'in-service' | 'changing' | 'failed';
  /** those that it brings along instead of a model, or beside it. */
  readonly containers: readonly DescribedContainer[];
  /** the components that it adapts, whose models are loaded together with what it brings. */
  readonly bases: readonly string[];
}
