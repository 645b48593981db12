import { paginateListTrialComponents, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../contract';
import type { GraphCall } from './graph-call';
import { graphPages } from './graph-pages';

/**
 * As what SageMaker shows a job in its lineage graph, where it does so already.
 *
 * The component of a deleted job stays, with the ARN of whichever job has its name now, so it has to be no older than
 * the job.
 */
export async function findTrialComponent(
  sagemaker: SageMakerClient,
  job: { readonly arn: string; readonly createdAt: string },
  call: GraphCall,
): Promise<string | undefined> {
  const earliest = new Date(job.createdAt).getTime() - contract.limits.jobCreationSkewSeconds * 1000;
  const pages = graphPages(
    paginateListTrialComponents(
      { client: sagemaker },
      { SourceArn: job.arn, SortBy: 'CreationTime', SortOrder: 'Ascending' },
      call,
    ),
    `the list of trial components of ${job.arn}`,
  );
  for await (const { TrialComponentSummaries = [] } of pages) {
    for (const { TrialComponentArn, TrialComponentSource, CreationTime } of TrialComponentSummaries) {
      const isOfJob = TrialComponentSource?.SourceArn === job.arn && CreationTime && CreationTime.getTime() >= earliest;
      if (isOfJob && TrialComponentArn) {
        return TrialComponentArn;
      }
    }
  }
  return undefined;
}
