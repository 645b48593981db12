import type { DescribedDeployment } from '../chain/deployment';
import type { DescribedComponent } from '../chain/inference-component';
import { take } from '../chain/take';
import { contract } from '../contract';
import { answerOf, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * What is attached to a variant of an endpoint now, as far as its number is looked at.
 */
export interface AttachedComponents {
  readonly variant: string;
  readonly components: readonly DescribedComponent[];
  readonly areMore: boolean;
}

/**
 * Describes the inference components of an endpoint, variant by variant.
 */
export async function describeAttached(
  { about, componentVariants }: DescribedDeployment,
  { sagemaker }: TraceSources,
): Promise<readonly (AttachedComponents | SourceFailure)[]> {
  const described: (AttachedComponents | SourceFailure)[] = [];
  for (const variant of componentVariants) {
    const found = await answerOf(
      take(sagemaker.inferenceComponents(about.name, variant), contract.limits.traceComponents),
    );
    described.push(
      found instanceof SourceFailure ? found : { variant, components: found.items, areMore: found.areMore },
    );
  }
  return described;
}
