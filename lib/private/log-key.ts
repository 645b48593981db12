import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ENCRYPT_LOGS } from './perms';

const ID = 'LineageLogKey';

/**
 * The key that encrypts the logs of all functions of a stack: one, because each key has its price by the month.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/encrypt-log-data-kms.html
 */
export function logKeyOf(scope: Construct): kms.Key {
  const stack = Stack.of(scope);
  return (stack.node.tryFindChild(ID) as kms.Key | undefined) ?? defineLogKey(stack);
}

function defineLogKey(stack: Stack): kms.Key {
  const key = new kms.Key(stack, ID, {
    description: `Encrypts the logs of the lineage functions of ${stack.stackName}`,
    enableKeyRotation: true,
  });
  // a log group that named the key, and a key that named the log group, would wait for each other.
  const logGroups = stack.formatArn({
    service: 'logs',
    resource: 'log-group',
    resourceName: '*',
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
  key.addToResourcePolicy(
    new iam.PolicyStatement({
      principals: [new iam.ServicePrincipal(`logs.${stack.region}.amazonaws.com`)],
      actions: ENCRYPT_LOGS,
      resources: ['*'],
      conditions: { ArnLike: { 'kms:EncryptionContext:aws:logs:arn': logGroups } },
    }),
  );
  return key;
}
