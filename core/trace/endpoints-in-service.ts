import type { DescribedDeployment } from '../chain/deployment';
import { take } from '../chain/take';
import { contract } from '../contract';
import { answerOf, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * The endpoints that are in service, as SageMaker describes them.
 */
export interface EndpointsInService {
  readonly endpoints: readonly DescribedDeployment[];
  readonly failures: readonly SourceFailure[];
  /** whether there are more than are looked at. */
  readonly areMore: boolean;
}

export async function describeEndpoints({ sagemaker }: TraceSources): Promise<EndpointsInService> {
  const names = await answerOf(take(sagemaker.endpointsInService(), contract.limits.traceEndpoints));
  if (names instanceof SourceFailure) {
    return { endpoints: [], failures: [names], areMore: false };
  }
  const endpoints: DescribedDeployment[] = [];
  const failures: SourceFailure[] = [];
  for (const name of names.items) {
    const found = await answerOf(sagemaker.deployment({ kind: 'endpoint', name }));
    if (found instanceof SourceFailure) {
      failures.push(found);
    } else if (typeof found !== 'string') {
      // else it was deleted, or has failed, since it was listed.
      endpoints.push(found);
    }
  }
  return { endpoints, failures, areMore: names.areMore };
}
