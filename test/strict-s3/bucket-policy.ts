import { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { DvcRemote, DvcRemoteGrants, type IDvcRemote } from '../../lib';
import { concrete, type Resources } from '../lib/concrete-template';

export const PREFIX = 'dvc';

const COLLECTOR = 'collector';

type Grants = (grants: DvcRemoteGrants, stack: Stack, name: string) => iam.Grant;

const USERS: Record<string, Grants> = {
  puller: (grants, stack, name) => grants.pull(new iam.User(stack, name)),
  pusher: (grants, stack, name) => grants.push(new iam.User(stack, name)),
  verifier: (grants, stack, name) => grants.verify(new iam.User(stack, name)),
  [COLLECTOR]: (grants, stack) => grants.collectGarbage(collectorOf(stack)),
};

// who may do everything, as long as nothing denies it.
const ADMINISTRATOR = 'administrator';

/**
 * What each user of the gateway may do: the statements of our own grants, and the denial of a remote's own policy, in
 * the one form of policy that it knows. It takes no notice of conditions, so nothing here says whether listing is
 * confined to the prefix, and "everybody but the collector" is written as a list.
 */
export function bucketPolicy(bucketName: string, denied = true): string {
  const stack = new Stack();
  const bucketArn = `arn:aws:s3:::${bucketName}`;
  const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketArn });
  const grants = DvcRemoteGrants.fromDvcRemote({ bucket, prefix: PREFIX } as unknown as IDvcRemote);
  const allowed = Object.entries(USERS).flatMap(([name, grant]) =>
    grant(grants, stack, name).principalStatements.map((statement) => {
      const { Condition: _left, ...others } = statement.toStatementJson();
      return { ...others, Principal: { AWS: name } };
    }),
  );
  const everything = {
    Effect: 'Allow',
    Action: 's3:*',
    Principal: { AWS: ADMINISTRATOR },
    Resource: [bucketArn, `${bucketArn}/*`],
  };
  // of who deletes many objects in one request it wants the right on the bucket; S3 wants it on each of the objects.
  const many = {
    Effect: 'Allow',
    Action: 's3:DeleteObject',
    Principal: { AWS: COLLECTOR },
    // it takes no statement about objects that names none.
    Resource: [bucketArn, `${bucketArn}/${PREFIX}/files/md5/*`],
  };
  const statements = [...allowed, everything, many, ...(denied ? [denialOf(bucketArn)] : [])];
  return JSON.stringify({ Version: '2012-10-17', Statement: statements });
}

function denialOf(bucketArn: string): object {
  const stack = new Stack();
  const collector = collectorOf(stack);
  new DvcRemote(stack, 'Remote', { prefix: PREFIX }).grants.collectGarbage(collector);
  const resources: Resources = Template.fromStack(stack).toJSON().Resources;
  const [denial] = Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::S3::BucketPolicy')
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .filter(({ Sid }) => Sid === 'ContentStays');
  const { Condition, Resource, ...others } = denial;
  if (JSON.stringify(Condition) !== JSON.stringify({ ArnNotEquals: { 'aws:PrincipalArn': collector.roleArn } })) {
    throw new Error(`the denial spares somebody else than the collector: ${JSON.stringify(Condition)}`);
  }
  return {
    ...others,
    Principal: { AWS: [...Object.keys(USERS), ADMINISTRATOR].filter((name) => name !== COLLECTOR) },
    Resource: concrete(resources, Resource).replace(/^[^/]+/, bucketArn),
  };
}

function collectorOf(stack: Stack): iam.IRole {
  return iam.Role.fromRoleArn(stack, 'Collector', `arn:aws:iam::111122223333:role/${COLLECTOR}`);
}

if (require.main === module) {
  const [bucketName = '', which] = process.argv.slice(2);
  process.stdout.write(bucketPolicy(bucketName, which !== 'without-denial'));
}
