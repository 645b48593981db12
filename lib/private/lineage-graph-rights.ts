import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { ASSOCIATE_LINEAGE, CREATE_ARTIFACTS, SEARCH_LINEAGE_GRAPH } from './perms';

// the names that SageMaker gives the nodes of jobs: no other trial component can be reached.
const COMPONENTS_OF_JOBS = ['*-aws-processing-job', '*-aws-training-job'];

/**
 * Lets a function add datasets to SageMaker's lineage graph, between the jobs and actions that are there.
 */
export function allowCompletingLineageGraph(grantee: iam.IGrantable, stack: Stack): void {
  const arn = (resource: string, resourceName = '*') =>
    stack.formatArn({ service: 'sagemaker', resource, resourceName });
  // the graph is one for an account and region, and is listed as a whole or not at all.
  iam.Grant.addToPrincipal({ grantee, actions: SEARCH_LINEAGE_GRAPH, resourceArns: ['*'] });
  // the id of an artifact is a hash of its source, made by SageMaker.
  iam.Grant.addToPrincipal({ grantee, actions: CREATE_ARTIFACTS, resourceArns: [arn('artifact')] });
  iam.Grant.addToPrincipal({
    grantee,
    actions: ASSOCIATE_LINEAGE,
    resourceArns: [
      arn('action'),
      arn('artifact'),
      ...COMPONENTS_OF_JOBS.map((name) => arn('experiment-trial-component', name)),
    ],
  });
}
