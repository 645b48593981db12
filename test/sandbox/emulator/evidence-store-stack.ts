import { App, CfnOutput, Duration, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { EvidenceStore } from '../../../lib';

/**
 * An evidence store, with a role for each way of using it, and one for those who may do
 * everything that an identity policy can allow.
 */
export function evidenceStoreTemplate(platformName: string, signingKeyGeneration: number): unknown {
  const app = new App({ analyticsReporting: false });
  const stack = new Stack(app, 'EvidenceStore');
  const store = new EvidenceStore(stack, 'Store', {
    platformName,
    signingKeyGeneration,
    retention: Duration.days(30),
  });
  const roles = ['Appender', 'Reader', 'Job', 'Administrator'].map(
    (name) => new iam.Role(stack, name, { assumedBy: new iam.AnyPrincipal() }),
  );
  const [appender, reader, , administrator] = roles as [iam.Role, iam.Role, iam.Role, iam.Role];
  store.grants.append(appender);
  store.grants.read(reader);
  administrator.addToPolicy(new iam.PolicyStatement({ actions: ['kms:*', 's3:*'], resources: ['*'] }));
  const outputs: Record<string, string> = {
    Bucket: store.bucket.bucketName,
    Key: store.signingKey.keyArn,
    ...Object.fromEntries(roles.map((role) => [`${role.node.id}Role`, role.roleArn])),
  };
  for (const [name, value] of Object.entries(outputs)) {
    new CfnOutput(stack, name, { value });
  }
  const { Resources, Outputs } = app.synth().getStackByName(stack.stackName).template;
  return { Resources, Outputs };
}

if (require.main === module) {
  const [, , platformName = '', generation = ''] = process.argv;
  process.stdout.write(JSON.stringify(evidenceStoreTemplate(platformName, Number(generation))));
}
