import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import type { Sandbox } from '../instance';
import { type AwsClients, awsClients, type Credentials } from './aws-clients';

interface SessionAnswer {
  readonly Credentials: {
    readonly AccessKeyId: string;
    readonly SecretAccessKey: string;
    readonly SessionToken: string;
  };
}

/**
 * Clients that have the rights of a deployed role, and no other: the way a service uses it.
 *
 * @param logicalId the beginning of the role's logical id
 */
export async function clientsOfRole(
  sandbox: Sandbox,
  { stack, logicalId, service }: { stack: string; logicalId: string; service: string },
): Promise<AwsClients> {
  const root = awsClients(sandbox.environment());
  const { StackResources = [] } = await root.cloudFormation.send(
    new DescribeStackResourcesCommand({ StackName: stack }),
  );
  const role = StackResources.find(
    ({ ResourceType, LogicalResourceId }) =>
      ResourceType === 'AWS::IAM::Role' && LogicalResourceId?.startsWith(logicalId),
  );
  if (!role) {
    throw new Error(`the stack ${stack} has no role whose id begins with ${logicalId}`);
  }
  const roleArn = `arn:aws:iam::${sandbox.account}:role/${role.PhysicalResourceId}`;
  return awsClients(sandbox.environment(), await openSession(sandbox, roleArn, service));
}

async function openSession(sandbox: Sandbox, roleArn: string, service: string): Promise<Credentials> {
  const response = await fetch(`${sandbox.endpoints.aws}/_sandbox/service-session`, {
    method: 'POST',
    body: JSON.stringify({ roleArn, service, sessionName: 'test' }),
  });
  if (!response.ok) {
    throw new Error(`${service} gets no session of ${roleArn}: ${await response.text()}`);
  }
  const { Credentials: keys } = (await response.json()) as SessionAnswer;
  return { accessKeyId: keys.AccessKeyId, secretAccessKey: keys.SecretAccessKey, sessionToken: keys.SessionToken };
}
