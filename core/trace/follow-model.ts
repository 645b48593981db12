import { deployedContainers } from '../chain/deployment';
import { followContainer } from './follow-container';
import { followPackageVersion } from './follow-package-version';
import type { Chain, Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { DescribedModels } from './sources';
import type { TraceSubject } from './subject';
import type { Trail } from './trail';

/**
 * Follows a model of SageMaker.
 */
export async function followModel({ name }: Extract<TraceSubject, { kind: 'model' }>, trail: Trail): Promise<Chain> {
  const found = await answerOf(trail.sources.sagemaker.model(name));
  if (found instanceof SourceFailure) {
    return { links: [failedLink('model', name, found)], branches: [] };
  }
  const [model] = found.models;
  const common = { kind: 'model', sources: ['SageMaker'] } as const;
  if (!model) {
    const check = 'SageMaker has no model of this name any more';
    return { links: [{ ...common, value: name, outcome: 'missing', problem: 'model-not-found', check }], branches: [] };
  }
  const check = `SageMaker describes it, made ${model.createdAt.toISOString()}`;
  return {
    links: [{ ...common, value: model.arn, outcome: 'agrees', check }, ...missingLinks(found)],
    branches: await modelBranches(model.arn, found, trail),
  };
}

/**
 * Follows each container of a model.
 */
export async function modelBranches(
  modelArn: string,
  { models, packages }: DescribedModels,
  trail: Trail,
): Promise<Chain[]> {
  const branches: Chain[] = [];
  const own = { models: models.filter(({ arn }) => arn === modelArn), packages };
  for (const container of deployedContainers(own)) {
    branches.push(await followContainer(container, packages, trail));
  }
  if (branches.length > 0 || own.models.length === 0) {
    return branches;
  }
  // a package that mirrors MLflow's registry may say nothing of any container.
  const named = own.models.flatMap(({ containers }) => containers.flatMap(({ packageArn }) => packageArn ?? []));
  for (const arn of new Set(named)) {
    branches.push({ links: (await followPackageVersion(arn, trail)).links, branches: [] });
  }
  return branches.length > 0 ? branches : [{ links: [withoutContainers(modelArn)], branches: [] }];
}

/**
 * A model that something else names.
 */
export function modelLink(arn: string): Link {
  return { kind: 'model', value: arn, outcome: 'agrees', check: 'SageMaker describes it', sources: ['SageMaker'] };
}

/**
 * What SageMaker does not show any more.
 */
export function missingLinks({ missing }: DescribedModels): Link[] {
  return missing.map(({ code, explanation }) => ({
    kind: 'model',
    value: code,
    outcome: 'missing',
    problem: 'deployment-incomplete',
    check: explanation,
    sources: ['SageMaker'],
  }));
}

function withoutContainers(modelArn: string): Link {
  const check = 'it names no container';
  const sources = ['SageMaker'] as const;
  return { kind: 'model', value: modelArn, outcome: 'missing', problem: 'deployment-incomplete', check, sources };
}
