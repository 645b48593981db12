import {
  DescribeTrialComponentCommand,
  type DescribeTrialComponentResponse,
  paginateListAssociations,
  type SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import type { DatasetNode } from '../chain/lineage-graph-plan';
import { pattern } from '../contract';
import { findDatasetArtifact } from './dataset-artifact';
import { graphPages } from './graph-pages';
import { isNotFound } from './not-found';

const TRIAL_COMPONENT = ':experiment-trial-component/';

/**
 * The names of the training jobs to which SageMaker's lineage graph leads from a dataset, as far as they are asked for.
 *
 * An edge stays when its job is deleted, and whoever may may draw one: it is where to look.
 */
export async function* trainingJobsGiven(
  sagemaker: SageMakerClient,
  dataset: Pick<DatasetNode, 'sourceUri' | 'md5'>,
): AsyncGenerator<string> {
  const artifact = await findDatasetArtifact(sagemaker, dataset, {});
  if (artifact === undefined) {
    return;
  }
  const pages = graphPages(
    paginateListAssociations({ client: sagemaker, pageSize: 100 }, { SourceArn: artifact }),
    `the list of associations of ${artifact}`,
  );
  for await (const { AssociationSummaries = [] } of pages) {
    for (const { DestinationArn } of AssociationSummaries) {
      const name = DestinationArn?.includes(TRIAL_COMPONENT) && (await trainingJobOf(sagemaker, DestinationArn));
      if (name) {
        yield name;
      }
    }
  }
}

async function trainingJobOf(sagemaker: SageMakerClient, component: string): Promise<string | undefined> {
  let described: DescribeTrialComponentResponse;
  try {
    described = await sagemaker.send(new DescribeTrialComponentCommand({ TrialComponentName: component }));
  } catch (error) {
    if (isNotFound(error)) {
      return undefined;
    }
    throw error;
  }
  const { Source, TrialComponentName = '' } = described;
  const arn = Source?.SourceArn ?? '';
  if (!pattern('trainingJobArn').test(arn)) {
    return undefined;
  }
  const inArn = arn.slice(arn.indexOf('/') + 1);
  // ARNs are in lower case, whatever the names. The component is named after its job.
  const asNamed = TrialComponentName.slice(0, inArn.length);
  return asNamed.toLowerCase() === inArn ? asNamed : inArn;
}
