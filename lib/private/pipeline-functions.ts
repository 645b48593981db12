import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { JobToolkit } from '../job-toolkit';
import type { LineagePlatform } from '../lineage-platform';
import { contract } from './contract';
import { defineLineageFunction } from './lineage-function';
import { DESCRIBE_TRAINING_JOBS, SEND_MESSAGES } from './perms';

const names = contract.functionEnvironment;

/**
 * The function that reads what a preprocess job handed on, and nothing else.
 */
export function defineDatasetReader(scope: Construct, jobToolkit: JobToolkit): lambda.Function {
  const reader = defineLineageFunction(scope, 'DatasetReader', {
    name: 'dataset-reader',
    description: 'Tells a lineage pipeline which dataset its preprocess step has published',
    environment: { [names.handoverUri]: jobToolkit.handoverUri },
  });
  jobToolkit.grants.takeOver(reader);
  return reader;
}

/**
 * The function that finds or makes the version of a registered model that a pipeline has trained.
 */
export function defineModelRegistrar(scope: Construct, { mlflowApp, runTagger }: LineagePlatform): lambda.Function {
  const registrar = defineLineageFunction(scope, 'ModelRegistrar', {
    name: 'model-registrar',
    description: 'Finds or makes the registered version of a model that a lineage pipeline has trained',
    environment: {
      [names.mlflowAppArn]: mlflowApp.mlflowAppArn,
      [names.derivationQueueUrl]: runTagger.derivationQueue.queueUrl,
    },
  });
  mlflowApp.grants.callApi(registrar);
  runTagger.derivationQueue.grant(registrar, ...SEND_MESSAGES);
  iam.Grant.addToPrincipal({
    grantee: registrar,
    actions: DESCRIBE_TRAINING_JOBS,
    resourceArns: [pipelineJobs(scope, 'training-job')],
  });
  return registrar;
}

/**
 * The jobs of pipelines: SageMaker names them itself, with this beginning.
 */
export function pipelineJobs(scope: Construct, kind: 'processing-job' | 'training-job'): string {
  return Stack.of(scope).formatArn({ service: 'sagemaker', resource: kind, resourceName: 'pipelines-*' });
}
