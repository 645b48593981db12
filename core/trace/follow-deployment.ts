import { type DescribedDeployment, deployedContainers } from '../chain/deployment';
import { contract } from '../contract';
import { checkEvidence, evidenceLink } from './checked-evidence';
import { deploymentDifference } from './deployment-difference';
import { commitOf, followContainer } from './follow-container';
import { missingLinks, modelLink } from './follow-model';
import { followPackageVersion } from './follow-package-version';
import { componentBranches, variantBranches } from './follow-variants';
import type { Chain, Link, LinkKind } from './link';
import type { TraceProblem } from './problems';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { DeploymentSubject } from './subject';
import type { Trail } from './trail';

const WORDS: Record<DeploymentSubject['kind'], { kind: LinkKind; absent: TraceProblem; failed: TraceProblem }> = {
  endpoint: { kind: 'endpoint', absent: 'endpoint-not-found', failed: 'endpoint-failed' },
  'transform-job': { kind: 'transform job', absent: 'transform-job-not-found', failed: 'transform-job-failed' },
  'model-package': { kind: 'model package', absent: 'model-package-not-found', failed: 'model-package-failed' },
};

/**
 * Follows an endpoint, a batch transform job or a model package to each of its models, and these to their training jobs.
 */
export async function followDeployment(subject: DeploymentSubject, trail: Trail): Promise<Chain> {
  const { kind, absent, failed } = WORDS[subject.kind];
  const value = subject.kind === 'model-package' ? `${subject.group}/${subject.version}` : subject.name;
  const found = await answerOf(trail.sources.sagemaker.deployment(subject));
  if (found instanceof SourceFailure) {
    return { links: [failedLink(kind, value, found)], branches: [] };
  }
  const common = { kind, value, sources: ['SageMaker'] } as const;
  if (found === 'not-found' || found === 'failed') {
    const problem = found === 'failed' ? failed : absent;
    const check =
      found === 'failed' ? 'it has failed, and puts nothing to use' : `SageMaker has no such ${kind} any more`;
    return { links: [{ ...common, outcome: 'missing', problem, check }], branches: [] };
  }
  const { about, endpointConfig } = found;
  const evidence = await checkEvidence(trail.sources, about.kind, about.name, about.createdAt);
  const [own] = about.kind === 'model-package' ? found.packages : [];
  const branches = await branchesOf(found, trail);
  const commits = new Set(trail.examined().flatMap((training) => commitOf(training) ?? []));
  // after the commits: no statement names those that inference components lead to.
  const attached = await componentBranches(found, trail);
  const all = [...branches, ...attached.branches];
  const check = `SageMaker describes it, made ${about.createdAt}`;
  return {
    links: [
      { ...common, value: about.arn, outcome: 'agrees', check },
      ...(endpointConfig === null ? [] : [configLink(endpointConfig)]),
      ...attached.links,
      ...missingLinks(found),
      ...(all.length === 0 && attached.links.length === 0 && found.missing.length === 0
        ? [withoutModel(kind, about.arn)]
        : []),
      evidenceLink(evidence, own?.properties[contract.runTags.evidence]),
      ...deploymentDifference(evidence, found, commits),
    ],
    branches: all,
  };
}

async function branchesOf(found: DescribedDeployment, trail: Trail): Promise<Chain[]> {
  if (found.about.kind === 'endpoint') {
    return variantBranches(found, trail);
  }
  const branches: Chain[] = [];
  const containers = deployedContainers(found);
  for (const container of containers) {
    const { links, branches: more } = await followContainer(container, found.packages, trail);
    const ofModel = found.about.kind === 'model-package' ? [] : [modelLink(container.ownerArn)];
    branches.push({ links: [...ofModel, ...links], branches: more });
  }
  const [own] = found.packages;
  // a package that mirrors MLflow's registry may say nothing of any container.
  if (found.about.kind === 'model-package' && containers.length === 0 && own) {
    const { links } = await followPackageVersion(own.arn, trail);
    branches.push({ links, branches: [] });
  }
  return branches;
}

// a chain that leads to no model has nothing in it that could disagree.
function withoutModel(kind: LinkKind, value: string): Link {
  const check = 'SageMaker shows no model that it puts to use';
  return { kind, value, outcome: 'missing', problem: 'deployment-incomplete', check, sources: ['SageMaker'] };
}

function configLink(name: string): Link {
  const check = 'the endpoint names it';
  return { kind: 'endpoint configuration', value: name, outcome: 'agrees', check, sources: ['SageMaker'] };
}
