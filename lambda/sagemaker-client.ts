import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../core/contract';

/**
 * SageMaker for functions of which many may run at once: a client that was throttled asks less often from then on, as fast
 * as SageMaker takes it. All attempts together take some seconds; what is throttled for longer waits on its queue.
 *
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-retry-behavior.html
 */
export function sagemakerClient(): SageMakerClient {
  return new SageMakerClient({ retryMode: 'adaptive', maxAttempts: contract.rates.sagemakerAttempts });
}
