import { paginateListActions, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../contract';
import { boundedPages } from '../http/bounded-pages';
import type { GraphCall } from './graph-call';

// what an MLflow App makes of each registered version that it mirrors; seen in the public sample of AWS, not documented.
const TYPE = 'MLflow Experiment';

export interface RunAction {
  readonly arn: string;
  readonly runId: string;
}

/**
 * The actions that stand for runs, as far as they are asked for: the oldest first, none older than the job.
 *
 * SageMaker finds actions by type and time and not by run, so those of other runs are looked at as well.
 */
export async function* listRunActions(
  sagemaker: SageMakerClient,
  job: { readonly createdAt: string },
  call: GraphCall,
): AsyncGenerator<RunAction> {
  const earliest = new Date(job.createdAt).getTime() - contract.limits.jobCreationSkewSeconds * 1000;
  const pages = boundedPages(
    paginateListActions(
      { client: sagemaker, pageSize: 100 },
      { ActionType: TYPE, CreatedAfter: new Date(earliest), SortBy: 'CreationTime', SortOrder: 'Ascending' },
      call,
    ),
    `the list of actions since ${job.createdAt}`,
  );
  for await (const { ActionSummaries = [] } of pages) {
    for (const { ActionArn, Source } of ActionSummaries) {
      if (ActionArn) {
        yield { arn: ActionArn, runId: Source?.SourceId ?? '' };
      }
    }
  }
}
