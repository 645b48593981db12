import * as path from 'node:path';
import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import type { Construct } from 'constructs';
import { logKeyOf } from './log-key';
import { WRITE_LOGS } from './perms';

export const FUNCTION_TIMEOUT = Duration.minutes(1);

export interface LineageFunctionOptions {
  /**
   * The folder below `assets/` that the package's build made, and the name people see.
   */
  readonly name: string;
  readonly description: string;
  readonly environment: Record<string, string>;
  /**
   * @default FUNCTION_TIMEOUT
   */
  readonly timeout?: Duration;
  /**
   * @default 512
   */
  readonly memoryMb?: number;
  /**
   * Where events end that a function which is called asynchronously fails on.
   *
   * @default - the function is called by a queue, which keeps them itself
   */
  readonly deadLetterQueue?: sqs.IQueue;
}

/**
 * A function whose code came bundled with the package, with a role that starts out with nothing but its own log group.
 *
 * A managed policy such as AWSLambdaBasicExecutionRole would allow writing to every log group of the account.
 */
export function defineLineageFunction(scope: Construct, id: string, options: LineageFunctionOptions): lambda.Function {
  const logGroup = new logs.LogGroup(scope, `${id}Logs`, {
    retention: logs.RetentionDays.ONE_YEAR,
    encryptionKey: logKeyOf(scope),
  });
  const role = new iam.Role(scope, `${id}Role`, {
    description: `Rights of the ${options.name} function`,
    assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com'),
  });
  iam.Grant.addToPrincipal({ grantee: role, actions: WRITE_LOGS, resourceArns: [logGroup.logGroupArn] });
  return new lambda.Function(scope, id, {
    description: options.description,
    code: lambda.Code.fromAsset(path.join(__dirname, '..', '..', 'assets', options.name)),
    handler: 'index.handler',
    runtime: lambda.Runtime.NODEJS_24_X,
    architecture: lambda.Architecture.ARM_64,
    memorySize: options.memoryMb ?? 512,
    timeout: options.timeout ?? FUNCTION_TIMEOUT,
    role,
    logGroup,
    loggingFormat: lambda.LoggingFormat.JSON,
    environment: options.environment,
    deadLetterQueue: options.deadLetterQueue,
  });
}
