import type { DeployedContainer, DescribedPackage } from '../chain/deployment';
import { jobOfModelUri } from '../chain/model-address';
import { differingCommit } from '../chain/package-properties';
import { type ExaminedTraining, statedTraining } from './examine-training';
import { followPackageVersion } from './follow-package-version';
import type { Chain, Link } from './link';
import { modelBytesLink } from './model-bytes-link';
import { SourceFailure } from './source-failure';
import type { Trail } from './trail';
import { trainingLinks } from './training-links';

/**
 * Follows a container of a model or of a package to the training job that made its bytes: the one whose output they are
 * by their address, else the one whose run the registry names for the package.
 */
export async function followContainer(
  container: DeployedContainer,
  packages: readonly DescribedPackage[],
  trail: Trail,
): Promise<Chain> {
  const { data, ownerArn, packageArn } = container;
  const own = packages.find(({ arn }) => arn === (packageArn ?? ownerArn));
  const name = data.kind === 'object' ? jobOfModelUri(data.uri) : undefined;
  if (name === undefined && own) {
    const { links, training } = await followPackageVersion(own.arn, trail);
    const bytes = await modelBytesLink(container, training, trail.sources);
    return chain([...packageLinks(container, own, training), bytes, ...links]);
  }
  const training = name === undefined ? undefined : await trail.training(name);
  return chain([
    ...packageLinks(container, own, training),
    await modelBytesLink(container, training, trail.sources),
    ...(training ? trainingLinks(training, undefined) : []),
  ]);
}

function chain(links: readonly Link[]): Chain {
  return { links, branches: [] };
}

function packageLinks(
  { asPackage, packageArn }: DeployedContainer,
  own: DescribedPackage | undefined,
  training: ExaminedTraining | undefined,
): Link[] {
  const links: Link[] = [];
  const common = { kind: 'model package', value: packageArn ?? '', sources: ['SageMaker'] } as const;
  switch (asPackage) {
    case 'same':
      links.push({ ...common, outcome: 'agrees', check: 'the model has the image and the model data that it names' });
      break;
    case 'differs': {
      const check = 'the model has another image or other model data than it names';
      links.push({ ...common, outcome: 'differs', problem: 'model-package-differs', check });
      break;
    }
    case 'unknown': {
      const check = 'it was changed since the model was made of it, which keeps what it was made with';
      links.push({ ...common, outcome: 'not-compared', problem: 'model-package-changed', check });
      break;
    }
    case 'no-package':
      break;
  }
  const commit = training && commitOf(training);
  const difference = own && commit !== undefined ? differingCommit(own.properties, [commit]) : undefined;
  return difference === undefined
    ? links
    : [...links, { ...common, value: own?.arn ?? '', outcome: 'differs', problem: 'tag-differs', check: difference }];
}

/**
 * The data commit of a training job: as the evidence says, else as it is derived.
 */
export function commitOf(training: ExaminedTraining): string | undefined {
  const { derivation } = training;
  const stated = statedTraining(training)?.data?.resolution.value.dataCommit;
  const derived =
    derivation && !(derivation instanceof SourceFailure) && derivation.status !== 'unresolved'
      ? derivation.dataCommit
      : undefined;
  return stated ?? derived;
}
