import { CustomResource, Duration } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { defineLineageFunction, FUNCTION_TIMEOUT } from './lineage-function';

// Lambda calls a function that failed again after one and after two minutes
// (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
const ATTEMPTS = 3;
const BETWEEN_ATTEMPTS = Duration.minutes(4);

export interface CustomResourceOptions {
  /**
   * The folder below `assets/` with the code of the function that stands for the resource.
   */
  readonly functionName: string;
  readonly description: string;
  /**
   * The type that people see, such as `Custom::Guard`.
   */
  readonly resourceType: string;
  readonly properties: Record<string, unknown>;
  /**
   * How long the function may take.
   *
   * @default FUNCTION_TIMEOUT
   */
  readonly timeout?: Duration;
}

/**
 * A resource that a function of ours stands for.
 *
 * CloudFormation calls the function asynchronously: an event that it could not even answer ends in a queue. It is waited
 * for no longer than the function has time to answer; by default CloudFormation waits for an hour.
 */
export function defineCustomResource(
  scope: Construct,
  id: string,
  { functionName, description, resourceType, properties, timeout = FUNCTION_TIMEOUT }: CustomResourceOptions,
): { resource: CustomResource; handler: lambda.Function } {
  const handler = defineLineageFunction(scope, `${id}Function`, {
    name: functionName,
    description,
    timeout,
    environment: {},
    deadLetterQueue: new sqs.Queue(scope, `${id}DeadLetters`, {
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    }),
  });
  const resource = new CustomResource(scope, id, {
    serviceToken: handler.functionArn,
    serviceTimeout: Duration.seconds(ATTEMPTS * timeout.toSeconds()).plus(BETWEEN_ATTEMPTS),
    resourceType,
    properties,
  });
  return { resource, handler };
}
