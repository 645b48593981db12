import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { DESCRIBE_LOG_STREAMS, WRITE_LOGS } from './perms';

/**
 * A role that only SageMaker of this account may take.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/security-confused-deputy-prevention.html
 */
export function defineSageMakerRole(scope: Construct, id: string, description: string): iam.Role {
  return new iam.Role(scope, id, {
    description,
    assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com', {
      conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(scope).account } },
    }),
  });
}

/**
 * Lets a job write its log. SageMaker makes the log streams in the job's name.
 *
 * @param kind `TrainingJobs` or `ProcessingJobs`, as SageMaker names the log groups
 */
export function allowJobLogs(role: iam.IRole, kind: 'TrainingJobs' | 'ProcessingJobs'): void {
  iam.Grant.addToPrincipal({
    grantee: role,
    actions: [...DESCRIBE_LOG_STREAMS, ...WRITE_LOGS],
    resourceArns: [
      Stack.of(role).formatArn({
        service: 'logs',
        resource: 'log-group',
        resourceName: `/aws/sagemaker/${kind}:*`,
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      }),
    ],
  });
}
