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
 * A role of a deployed stack, and the service that uses it.
 */
export interface DeployedRole {
  readonly stack: string;
  /** the beginning of the role's logical id. */
  readonly logicalId: string;
  readonly service: string;
}

/**
 * Clients that have the rights of a deployed role, and no other: the way a service uses it.
 */
export async function clientsOfRole(sandbox: Sandbox, role: DeployedRole): Promise<AwsClients> {
  return awsClients(sandbox.environment(), await sessionOfRole(sandbox, role));
}

/**
 * Credentials with the rights of a deployed role, as a service hands them to a function.
 */
export async function sessionOfRole(
  sandbox: Sandbox,
  { stack, logicalId, service }: DeployedRole,
): Promise<Credentials> {
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
  return openSession(sandbox, roleArn, service);
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
