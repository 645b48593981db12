import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { GraphPlan } from '../chain/lineage-graph-plan';
import { take } from '../chain/take';
import { contract } from '../contract';
import { associate } from './association';
import { requireDatasetArtifact } from './dataset-artifact';
import type { GraphCall } from './graph-call';
import { listRunActions } from './run-actions';
import { findTrialComponent } from './trial-component';

export interface WrittenGraph {
  readonly datasets: number;
  /** of the job's runs. */
  readonly actions: number;
  /** how many edges were not there before. */
  readonly added: number;
  /** whether there are more actions than were looked at. */
  readonly areMoreActions: boolean;
}

/**
 * Adds to SageMaker's lineage graph what a statement asks for. Doing it twice, or by several at once, changes nothing.
 *
 * @param mirroredRunIds runs of which a model became a model package, or is to become one
 * @throws Error where SageMaker does not show the job, or one of the mirrored runs, in its graph: it does so some time later
 */
export async function writeLineageGraph(
  plan: GraphPlan,
  mirroredRunIds: readonly string[],
  sagemaker: SageMakerClient,
  call: GraphCall = {},
): Promise<WrittenGraph> {
  const component = await findTrialComponent(sagemaker, plan.job, call);
  if (component === undefined) {
    throw new Error(`SageMaker has no trial component of ${plan.job.arn} yet`);
  }
  let added = 0;
  for (const dataset of plan.datasets) {
    const artifact = await requireDatasetArtifact(sagemaker, dataset, call);
    const [source, destination] = plan.jobIs === 'source' ? [component, artifact] : [artifact, component];
    added += Number(await associate(sagemaker, source, plan.relation, destination, call));
  }
  if (plan.runIds.length === 0) {
    return { datasets: plan.datasets.length, actions: 0, added, areMoreActions: false };
  }
  const { items, areMore } = await take(
    listRunActions(sagemaker, plan.job, call),
    contract.limits.graphActionsSearched,
  );
  const actions = items.filter(({ runId }) => plan.runIds.includes(runId));
  for (const { arn } of actions) {
    added += Number(await associate(sagemaker, component, 'ContributedTo', arn, call));
  }
  const missing = plan.runIds.find((id) => mirroredRunIds.includes(id) && !actions.some(({ runId }) => runId === id));
  if (missing !== undefined && !areMore) {
    throw new Error(`SageMaker has no action of the run ${missing} yet, whose model is mirrored`);
  }
  return { datasets: plan.datasets.length, actions: actions.length, added, areMoreActions: areMore };
}
