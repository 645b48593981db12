import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { IModelPackageGroupRef } from 'aws-cdk-lib/aws-sagemaker';
import type { Construct } from 'constructs';
import type { IDataRepository } from '../data-repository';
import type { LineagePlatform } from '../lineage-platform';
import { allowJobLogs, defineSageMakerRole } from './job-roles';
import { ObjectGrants } from './object-grants';
import { INVOKE_FUNCTION, PASS_ROLE, REGISTER_MODEL_PACKAGES, RUN_PROCESSING_JOBS, RUN_TRAINING_JOBS } from './perms';
import { pipelineJobs } from './pipeline-functions';

export const MODELS = 'models';
export const EVALUATIONS = 'evaluations';
export const CHECKPOINTS = 'checkpoints';

/**
 * The role of the pipeline itself: it starts jobs of pipelines, with exactly the roles that it is to pass.
 */
export function definePipelineRole(scope: Construct, passed: readonly iam.IRole[]): iam.Role {
  const role = defineSageMakerRole(scope, 'Role', 'Lets a lineage pipeline start its jobs');
  const allow = (actions: string[], resourceArns: string[], conditions?: Record<string, Record<string, string>>) =>
    iam.Grant.addToPrincipal({ grantee: role, actions, resourceArns, ...(conditions && { conditions }) });
  allow(RUN_PROCESSING_JOBS, [pipelineJobs(scope, 'processing-job')]);
  allow(RUN_TRAINING_JOBS, [pipelineJobs(scope, 'training-job')]);
  allow(
    PASS_ROLE,
    passed.map(({ roleArn }) => roleArn),
    { StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } },
  );
  return role;
}

export function allowInvoking(role: iam.IRole, handler: lambda.IFunction): void {
  iam.Grant.addToPrincipal({ grantee: role, actions: INVOKE_FUNCTION, resourceArns: [handler.functionArn] });
}

/**
 * Registers models as versions of a group, and approves none.
 */
export function allowRegistering(role: iam.IRole, group: IModelPackageGroupRef): void {
  const stack = Stack.of(role);
  const { modelPackageGroupArn } = group.modelPackageGroupRef;
  const { resourceName } = stack.splitArn(modelPackageGroupArn, ArnFormat.SLASH_RESOURCE_NAME);
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: REGISTER_MODEL_PACKAGES,
    resourceArns: [
      stack.formatArn({ service: 'sagemaker', resource: 'model-package', resourceName: `${resourceName}/*` }),
    ],
    conditions: { StringEquals: { 'sagemaker:ModelApprovalStatus': 'PendingManualApproval' } },
  });
}

/**
 * The role of evaluation jobs. It reads datasets and models, writes evaluations, and publishes nothing.
 *
 * It is no role of the platform's jobs, so nothing is derived of them: they are given what their pipeline has trained on.
 */
export function defineEvaluationRole(
  scope: Construct,
  { platform, dataRepository }: { platform: LineagePlatform; dataRepository: IDataRepository },
): iam.Role {
  const role = defineSageMakerRole(scope, 'EvaluationRole', 'Evaluation jobs of a lineage pipeline');
  allowJobLogs(scope, role, 'ProcessingJobs');
  platform.dvcRemote.grants.pull(role);
  platform.mlflowApp.grants.use(role);
  platform.jobToolkit.grants.run(role);
  platform.jobToolkit.grants.takeOver(role);
  platform.network?.grants.use(role);
  dataRepository.grants.read(role);
  const models = new ObjectGrants(platform.artifactBucket, MODELS);
  models.list(role);
  models.read(role);
  new ObjectGrants(platform.artifactBucket, EVALUATIONS).write(role);
  return role;
}
