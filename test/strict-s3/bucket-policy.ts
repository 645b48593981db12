import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { DvcRemoteGrants, type IDvcRemote } from '../../lib';

export const PREFIX = 'dvc';

type Grant = 'pull' | 'push' | 'verify';

const USERS: Record<string, Grant> = { puller: 'pull', pusher: 'push', verifier: 'verify' };

/**
 * What each user of the gateway may do: the statements of our own grants, in the one form of policy that it knows.
 * It takes no notice of conditions, so nothing here says whether listing is confined to the prefix.
 */
export function bucketPolicy(bucketName: string): string {
  const stack = new Stack();
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketArn: `arn:aws:s3:::${bucketName}` });
  const grants = DvcRemoteGrants.fromDvcRemote({ bucket, prefix: PREFIX } as unknown as IDvcRemote);
  const statements = Object.entries(USERS).flatMap(([name, grant]) =>
    grants[grant](new iam.User(stack, name)).principalStatements.map((statement) => {
      const { Condition: _left, ...others } = statement.toStatementJson();
      return { ...others, Principal: { AWS: name } };
    }),
  );
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

if (require.main === module) {
  process.stdout.write(bucketPolicy(process.argv[2] as string));
}
