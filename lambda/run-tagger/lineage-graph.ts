import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { StoredDataset } from '../../core/chain/dataset-citation';
import { planGraph } from '../../core/chain/lineage-graph-plan';
import type { StoredTraining } from '../../core/chain/run-tags';
import { contract } from '../../core/contract';
import { Postponed } from '../../core/delivery/failures';
import { writeLineageGraph } from '../../core/sagemaker/lineage-graph';
import { loggedError } from '../logged-error';
import type { Telemetry } from '../queue-handler';

/**
 * Completes SageMaker's lineage graph with what a stored statement says, once all else about the job is written.
 *
 * SageMaker shows a job in its graph some time after its end, and may never do so. It is waited for during the first
 * attempts only; from then on the graph lacks these edges, which is counted, and the message is done: what nobody needs
 * to prove anything is no reason to park it.
 *
 * @throws Postponed while it is waited for
 */
export type CompleteGraph = (
  stored: StoredDataset | StoredTraining,
  mirroredRunIds: readonly string[],
  telemetry: Telemetry,
  attempt: number,
) => Promise<void>;

export function graphCompleter(sagemaker: SageMakerClient, remoteUrl: string): CompleteGraph {
  const { graphAttempts, graphSeconds } = contract.limits;
  return async (stored, mirroredRunIds, { logger, count }, attempt) => {
    const plan = planGraph(stored, remoteUrl);
    if (!plan) {
      return;
    }
    const job = plan.job.arn;
    try {
      const written = await writeLineageGraph(plan, mirroredRunIds, sagemaker, {
        // a service that answers slowly takes no more than this of the time for the function.
        abortSignal: AbortSignal.timeout(graphSeconds * 1000),
      });
      logger.info('lineage graph completed', { job, ...written });
      if (written.areMoreActions) {
        count(contract.metrics.jobsWithIncompleteGraph);
      }
    } catch (error) {
      if (attempt < graphAttempts) {
        throw new Postponed(`the lineage graph lacks edges of ${job}`, { cause: error });
      }
      logger.error('lineage graph left incomplete', { job, error: loggedError(error) });
      count(contract.metrics.jobsWithIncompleteGraph);
    }
  };
}
