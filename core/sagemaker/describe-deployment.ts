import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { DescribedDeployment } from '../chain/deployment';
import type { NamedDeployment } from './deployment-event';
import { describeEndpoint } from './endpoint';
import { describeModelPackage } from './model-package';
import { describeTransformJob } from './transform-job';

/**
 * Describes what an endpoint, a batch transform job or a model package puts to use: the event about it is only a hint.
 *
 * @returns `undefined` where it came to nothing, so that nothing is put to use
 * @throws CannotSucceed where there is no such thing any more, or another of this name
 */
export async function describeDeployment(
  sagemaker: SageMakerClient,
  named: NamedDeployment,
): Promise<DescribedDeployment | undefined> {
  switch (named.kind) {
    case 'endpoint':
      return describeEndpoint(sagemaker, named);
    case 'transform-job':
      return describeTransformJob(sagemaker, named);
    case 'model-package':
      return describeModelPackage(sagemaker, named);
  }
}
