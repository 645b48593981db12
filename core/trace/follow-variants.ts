import type { DescribedDeployment } from '../chain/deployment';
import { type AttachedComponents, describeAttached } from './attached-components';
import { followAttached } from './follow-component';
import { modelBranches, modelLink } from './follow-model';
import type { Chain, Link } from './link';
import { failedLink, SourceFailure } from './source-failure';
import type { Trail } from './trail';

/**
 * Follows each variant of an endpoint that names a model to that model.
 */
export async function variantBranches(found: DescribedDeployment, trail: Trail): Promise<Chain[]> {
  const branches: Chain[] = [];
  for (const { name, modelArn, weight } of found.variants) {
    const weighs = weight === undefined ? '' : `, weight ${weight}`;
    const check = `the endpoint configuration names its model${weighs}`;
    const variant: Link = { kind: 'variant', value: name, outcome: 'agrees', check, sources: ['SageMaker'] };
    branches.push({ links: [variant, modelLink(modelArn)], branches: await modelBranches(modelArn, found, trail) });
  }
  return branches;
}

/**
 * Follows each variant of an endpoint whose models are inference components, and says whether all of its variants serve
 * one model.
 */
export async function componentBranches(found: DescribedDeployment, trail: Trail): Promise<Chain> {
  const attached = await describeAttached(found, trail.sources);
  const branches: Chain[] = [];
  const links: Link[] = [];
  for (const one of attached) {
    if (one instanceof SourceFailure) {
      links.push(failedLink('inference component', 'attached to the endpoint', one));
    } else {
      branches.push(await followAttached(one, trail));
    }
  }
  return { links: [...variantsLinks(found, attached), ...links], branches };
}

function variantsLinks(
  { variants, componentVariants }: DescribedDeployment,
  attached: readonly (AttachedComponents | SourceFailure)[],
): Link[] {
  const components = attached.flatMap((one) => (one instanceof SourceFailure ? [] : one.components));
  const models = new Set([
    ...variants.map(({ modelArn }) => modelArn),
    ...components.flatMap((one) => one.models.map(({ arn }) => arn)),
    ...components.flatMap((one) => one.containers.map((container) => JSON.stringify(container.data))),
  ]).size;
  const names = [...variants.map(({ name }) => name), ...componentVariants];
  const served = components.length > 0 ? ` with ${components.length} inference components` : '';
  return models < 2
    ? []
    : [
        {
          kind: 'variants',
          value: names.join(', '),
          outcome: 'ambiguous',
          problem: 'variants-differ',
          check: `${names.length} variants${served} serve ${models} models, and each model has a chain of its own`,
          sources: ['SageMaker'],
        },
      ];
}
