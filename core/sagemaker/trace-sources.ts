import { paginateListEndpoints, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import { CannotSucceed } from '../delivery/failures';
import type { SageMakerSources } from '../trace/sources';
import type { DeploymentSubject } from '../trace/subject';
import { describeModels } from './deployed-models';
import type { NamedDeployment } from './deployment-event';
import { describeDeployment } from './describe-deployment';
import { trainingJobsGiven } from './graph-search';
import { inferenceComponents } from './inference-components';
import { describeEndedTrainingJob } from './training-job';

/**
 * What SageMaker describes of the things that are traced by their names.
 *
 * @param home what the ARNs of the account and region begin with
 */
export function sagemakerSources(sagemaker: SageMakerClient, home: string): SageMakerSources {
  return {
    async deployment(subject) {
      const found = await unlessGone('deployment-not-found', describeDeployment(sagemaker, namedBy(subject, home)));
      return found === 'gone' ? 'not-found' : (found ?? 'failed');
    },

    inferenceComponents: (endpoint, variant) => inferenceComponents(sagemaker, endpoint, variant),

    model: (name) => describeModels(sagemaker, [name]),

    async trainingJob(name) {
      const named = { kind: 'training-job', arn: arnOf(home, 'training-job', name), name } as const;
      const job = await unlessGone('job-not-found', describeEndedTrainingJob(sagemaker, named));
      return job === 'gone' ? undefined : job;
    },

    trainingJobsGiven: (dataset) => trainingJobsGiven(sagemaker, dataset),

    async *endpointsInService() {
      const pages = paginateListEndpoints({ client: sagemaker, pageSize: 100 }, { StatusEquals: 'InService' });
      for await (const { Endpoints = [] } of pages) {
        yield* Endpoints.flatMap(({ EndpointName }) => EndpointName ?? []);
      }
    },
  };
}

function namedBy(subject: DeploymentSubject, home: string): NamedDeployment {
  if (subject.kind === 'model-package') {
    const { kind, group, version } = subject;
    return { kind, arn: `${arnOf(home, kind, group)}/${version}` };
  }
  const { kind, name } = subject;
  return { kind, arn: arnOf(home, kind, name), name };
}

// SageMaker writes ARNs in lower case, whatever the names.
function arnOf(home: string, kind: string, name: string): string {
  return `${home}:${kind}/${name.toLowerCase()}`;
}

async function unlessGone<T>(reason: CannotSucceed['reason'], description: Promise<T>): Promise<T | 'gone'> {
  try {
    return await description;
  } catch (error) {
    if (error instanceof CannotSucceed && error.reason === reason) {
      return 'gone';
    }
    throw error;
  }
}
