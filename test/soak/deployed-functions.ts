import { Sha256 } from '@aws-crypto/sha256-js';
import { DescribeStackResourcesCommand } from '@aws-sdk/client-cloudformation';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { z } from 'zod';
import type { Sandbox } from '../../sandbox/instance';
import type { AwsClients } from '../../sandbox/walk/aws-clients';
import type { DeployedFunction } from './function-worker';
import type { QueueSettings } from './queue';

const Configuration = z.object({
  Timeout: z.number(),
  Environment: z.object({ Variables: z.record(z.string(), z.string()) }),
});
const Mappings = z.object({ EventSourceMappings: z.array(z.object({ BatchSize: z.number() })).length(1) });
const Redrive = z.object({ maxReceiveCount: z.coerce.number() });

/**
 * What is deployed of one of the functions that work on a queue.
 */
export interface DeployedConsumer extends DeployedFunction {
  readonly batchSize: number;
}

/**
 * Reads how a function was deployed from the live API, not from what the construct was to do.
 */
export async function readDeployedFunction(
  sandbox: Sandbox,
  { cloudFormation }: AwsClients,
  stack: string,
  logicalId: string,
  bundle: string,
): Promise<DeployedConsumer> {
  const { StackResources = [] } = await cloudFormation.send(new DescribeStackResourcesCommand({ StackName: stack }));
  const found = StackResources.find(
    ({ ResourceType, LogicalResourceId }) =>
      ResourceType === 'AWS::Lambda::Function' && isNamed(logicalId, LogicalResourceId),
  );
  if (!found?.PhysicalResourceId) {
    throw new Error(`the stack ${stack} has no function ${logicalId}`);
  }
  const name = found.PhysicalResourceId;
  const { Timeout, Environment } = Configuration.parse(await ask(sandbox, `functions/${name}/configuration`));
  const { EventSourceMappings } = Mappings.parse(await ask(sandbox, 'event-source-mappings/', { FunctionName: name }));
  return {
    bundle,
    timeoutSeconds: Timeout,
    environment: Environment.Variables,
    batchSize: EventSourceMappings[0]?.BatchSize ?? 0,
  };
}

/**
 * Reads how a queue was deployed.
 */
export async function readDeployedQueue({ sqs }: AwsClients, QueueUrl: string): Promise<QueueSettings> {
  const { Attributes } = await sqs.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] }));
  const { VisibilityTimeout, RedrivePolicy } = Attributes ?? {};
  if (!VisibilityTimeout || !RedrivePolicy) {
    throw new Error(`${QueueUrl} has no visibility timeout or no dead-letter queue`);
  }
  const { maxReceiveCount } = Redrive.parse(JSON.parse(RedrivePolicy));
  return { visibilitySeconds: Number(VisibilityTimeout), maxReceiveCount };
}

// the CDK puts eight digits behind each id.
function isNamed(logicalId: string, found = ''): boolean {
  return found.startsWith(logicalId) && /^[0-9A-F]{8}$/.test(found.slice(logicalId.length));
}

async function ask(sandbox: Sandbox, path: string, query: Record<string, string> = {}): Promise<unknown> {
  const { AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = sandbox.environment();
  const { hostname, port, host } = new URL(sandbox.endpoints.aws);
  const signer = new SignatureV4({
    service: 'lambda',
    region: sandbox.region,
    credentials: { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY },
    sha256: Sha256,
  });
  const request = { protocol: 'https:', hostname, port: Number(port), method: 'GET', headers: { host } };
  const signed = await signer.sign(new HttpRequest({ ...request, path: `/2015-03-31/${path}`, query }));
  const url = new URL(`/2015-03-31/${path}`, sandbox.endpoints.aws);
  url.search = new URLSearchParams(query).toString();
  const response = await fetch(url, { headers: signed.headers });
  if (!response.ok) {
    throw new Error(`Lambda answers ${path} with HTTP ${response.status}: ${await response.text()}`);
  }
  return response.json();
}
