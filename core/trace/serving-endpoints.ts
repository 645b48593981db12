import { deployedContainers } from '../chain/deployment';
import { checkEvidence, evidenceLink } from './checked-evidence';
import type { ServingEndpoint } from './endpoints-in-service';
import type { ExaminedTraining } from './examine-training';
import type { Chain, Link } from './link';
import { SourceFailure } from './source-failure';
import type { Trail } from './trail';

/**
 * The endpoints that are in service with a model of a training job, or of one of its packages.
 */
export async function servingOf(
  training: ExaminedTraining,
  packages: readonly string[],
  trail: Trail,
): Promise<Chain[]> {
  const { endpoints } = await trail.endpoints();
  const chains: Chain[] = [];
  for (const { endpoint } of endpoints.filter((one) => serves(one, training, packages))) {
    const { about } = endpoint;
    const check = 'it is in service, with a model of this job or of its package';
    const link: Link = { kind: 'endpoint', value: about.arn, outcome: 'agrees', check, sources: ['SageMaker'] };
    const evidence = await checkEvidence(trail.sources, about.kind, about.name, about.createdAt);
    chains.push({ links: [link, evidenceLink(evidence, undefined)], branches: [] });
  }
  return chains;
}

function serves(
  { endpoint, components }: ServingEndpoint,
  { job }: ExaminedTraining,
  packages: readonly string[],
): boolean {
  const modelUri = job && !(job instanceof SourceFailure) ? job.modelUri : undefined;
  const data = [endpoint, ...components].flatMap(({ models, packages: own }) =>
    deployedContainers({ models, packages: own }).map((container) => container.data),
  );
  const ofComponents = components.flatMap(({ containers }) => containers.map((container) => container.data));
  return (
    [endpoint, ...components].some((one) => one.packages.some(({ arn }) => packages.includes(arn))) ||
    [...data, ...ofComponents].some((one) => modelUri !== undefined && one.kind === 'object' && one.uri === modelUri)
  );
}
