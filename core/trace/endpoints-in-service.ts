import type { DescribedDeployment } from '../chain/deployment';
import type { DescribedComponent } from '../chain/inference-component';
import { take } from '../chain/take';
import { contract } from '../contract';
import { describeAttached } from './attached-components';
import { answerOf, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * An endpoint, and the inference components that are attached to it.
 */
export interface ServingEndpoint {
  readonly endpoint: DescribedDeployment;
  readonly components: readonly DescribedComponent[];
}

/**
 * The endpoints that are in service, as SageMaker describes them.
 */
export interface EndpointsInService {
  readonly endpoints: readonly ServingEndpoint[];
  readonly failures: readonly SourceFailure[];
  /** whether there are more, or have more attached to them, than is looked at. */
  readonly areMore: boolean;
}

export async function describeEndpoints(sources: TraceSources): Promise<EndpointsInService> {
  const { sagemaker } = sources;
  const names = await answerOf(take(sagemaker.endpointsInService(), contract.limits.traceEndpoints));
  if (names instanceof SourceFailure) {
    return { endpoints: [], failures: [names], areMore: false };
  }
  const endpoints: ServingEndpoint[] = [];
  const failures: SourceFailure[] = [];
  let { areMore } = names;
  for (const name of names.items) {
    const found = await answerOf(sagemaker.deployment({ kind: 'endpoint', name }));
    if (found instanceof SourceFailure) {
      failures.push(found);
    } else if (typeof found !== 'string') {
      // else it was deleted, or has failed, since it was listed.
      const attached = await describeAttached(found, sources);
      const described = attached.flatMap((one) => (one instanceof SourceFailure ? [] : [one]));
      failures.push(...attached.filter((one) => one instanceof SourceFailure));
      areMore ||= described.some((one) => one.areMore);
      endpoints.push({ endpoint: found, components: described.flatMap(({ components }) => components) });
    }
  }
  return { endpoints, failures, areMore };
}
