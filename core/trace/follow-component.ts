import type { DescribedComponent } from '../chain/inference-component';
import type { AttachedComponents } from './attached-components';
import { followContainer } from './follow-container';
import { missingLinks, modelBranches, modelLink } from './follow-model';
import type { Chain, Link } from './link';
import type { Trail } from './trail';

const SAGEMAKER = { sources: ['SageMaker'] } as const;

/**
 * Follows each inference component of a variant to its models, and these to their training jobs.
 */
export async function followAttached(attached: AttachedComponents, trail: Trail): Promise<Chain> {
  const { variant, components, areMore } = attached;
  const names = new Set(components.map(({ name }) => name));
  const branches: Chain[] = [];
  for (const component of components) {
    branches.push(await followComponent(component, names, trail));
  }
  return { links: [variantLink(variant), ...incompleteLinks(variant, components.length, areMore)], branches };
}

function variantLink(value: string): Link {
  const check = 'the endpoint configuration names no model for it: its models are inference components';
  return { kind: 'variant', value, outcome: 'agrees', check, ...SAGEMAKER };
}

function incompleteLinks(value: string, count: number, areMore: boolean): Link[] {
  const common = {
    kind: 'variant',
    value,
    outcome: 'missing',
    problem: 'deployment-incomplete',
    ...SAGEMAKER,
  } as const;
  if (count === 0) {
    return [{ ...common, check: 'no inference component is attached to it' }];
  }
  return areMore
    ? [{ ...common, check: `it has more than ${count} inference components, and the others were not looked at` }]
    : [];
}

async function followComponent(
  component: DescribedComponent,
  names: ReadonlySet<string>,
  trail: Trail,
): Promise<Chain> {
  const { arn, models, containers, bases } = component;
  const branches: Chain[] = [];
  for (const model of models) {
    branches.push({ links: [modelLink(model.arn)], branches: await modelBranches(model.arn, component, trail) });
  }
  for (const { image, data } of containers) {
    const own = { ownerArn: arn, packageArn: null, image, data, asPackage: 'no-package' } as const;
    branches.push(await followContainer(own, [], trail));
  }
  const isEmpty = branches.length === 0 && component.missing.length === 0;
  return {
    links: [
      componentLink(component),
      ...bases.map((base) => baseLink(base, names)),
      ...missingLinks(component),
      ...(isEmpty ? [withoutModel(arn)] : []),
    ],
    branches,
  };
}

function componentLink({ arn, status }: DescribedComponent): Link {
  const common = { kind: 'inference component', value: arn, ...SAGEMAKER } as const;
  switch (status) {
    case 'in-service': {
      // components come and go without an event about their endpoint, so no statement can be about them.
      const check = 'it is attached to the variant now; no statement says what was attached, and when';
      return { ...common, outcome: 'not-compared', problem: 'component-not-stated', check };
    }
    case 'changing':
      return { ...common, outcome: 'missing', problem: 'not-at-rest', check: 'ask again later: it is being changed' };
    case 'failed':
      return { ...common, outcome: 'missing', problem: 'component-failed', check: 'it has failed' };
  }
}

function baseLink(value: string, names: ReadonlySet<string>): Link {
  const common = { kind: 'inference component', value, ...SAGEMAKER } as const;
  return names.has(value)
    ? { ...common, outcome: 'agrees', check: 'it adapts the model of this one, which has a chain of its own here' }
    : {
        ...common,
        outcome: 'missing',
        problem: 'deployment-incomplete',
        check: 'it adapts the model of this one, which the variant does not have',
      };
}

function withoutModel(value: string): Link {
  const check = 'it names no model, and brings none along';
  return {
    kind: 'inference component',
    value,
    outcome: 'missing',
    problem: 'deployment-incomplete',
    check,
    ...SAGEMAKER,
  };
}
