import type { DescribedDeployment } from '../chain/deployment';
import { deployedContainers } from '../chain/deployment';
import { contract } from '../contract';
import { checkEvidence, evidenceLink } from './checked-evidence';
import type { Chain, Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { StatedPackage } from './stated-packages';
import type { Trail } from './trail';

const STATED = 'the evidence says that it holds the model of the job';

/**
 * The model packages of which the evidence says that they hold the model of a training job, each compared with what
 * SageMaker describes now.
 */
export async function packagesOf(trainingJob: string, trail: Trail): Promise<Chain[]> {
  const { packages } = await trail.packages();
  const own = packages.filter((one) => one.trainingJob === trainingJob);
  const chains: Chain[] = [];
  for (const stated of new Map(own.map((one) => [`${one.about.arn} ${one.about.createdAt}`, one])).values()) {
    chains.push(await packageChain(stated, trail));
  }
  return chains;
}

async function packageChain(stated: StatedPackage, { sources }: Trail): Promise<Chain> {
  const { about } = stated;
  const found = await describe(stated, sources);
  const evidence = await checkEvidence(sources, about.kind, about.name, about.createdAt);
  const [own] = typeof found === 'object' && !(found instanceof SourceFailure) ? found.packages : [];
  return {
    links: [packageLink(stated, found), evidenceLink(evidence, own?.properties[contract.runTags.evidence])],
    branches: [],
  };
}

async function describe({ about }: StatedPackage, { sagemaker }: Trail['sources']) {
  const [, group, version] = /^(.+)\.([0-9]+)$/.exec(about.name) ?? [];
  return group === undefined || version === undefined
    ? undefined
    : answerOf(sagemaker.deployment({ kind: 'model-package', group, version }));
}

function packageLink(
  { about, uri }: StatedPackage,
  found: DescribedDeployment | SourceFailure | 'not-found' | 'failed' | undefined,
): Link {
  if (found instanceof SourceFailure) {
    return failedLink('model package', about.arn, found);
  }
  const common = { kind: 'model package', value: about.arn, sources: ['evidence', 'SageMaker'] } as const;
  if (found === undefined) {
    const check = `${STATED}; it is no version of a group, and was not described`;
    return { ...common, outcome: 'not-compared', problem: 'not-compared', check };
  }
  if (found === 'failed') {
    return { ...common, outcome: 'missing', problem: 'model-package-failed', check: `${STATED}, and it has failed` };
  }
  if (found === 'not-found' || found.about.createdAt !== about.createdAt) {
    const check = `${STATED}, and SageMaker does not have it any more`;
    return { ...common, outcome: 'missing', problem: 'model-package-not-found', check };
  }
  const isThere = deployedContainers(found).some(({ data }) => data.kind === 'object' && data.uri === uri);
  return isThere
    ? { ...common, outcome: 'agrees', check: `${STATED}, and SageMaker describes it with that model data` }
    : {
        ...common,
        outcome: 'differs',
        problem: 'model-package-differs',
        check: `${STATED}, and now it has other model data`,
      };
}
