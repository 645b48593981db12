import { Errors, Token } from 'aws-cdk-lib';
import { Match, Template } from 'aws-cdk-lib/assertions';
import type * as iam from 'aws-cdk-lib/aws-iam';
import { DvcRemote, type DvcRemoteProps } from '../../lib';
import { actionsOf, CONSTRUCTS, defineRole, defineStack, statementsOf, templateOf } from './definition';

const define = (props?: DvcRemoteProps) => templateOf((stack) => void new DvcRemote(stack, 'Remote', props));

function grantsOf(grant: (remote: DvcRemote, role: iam.Role) => void) {
  const stack = defineStack();
  grant(new DvcRemote(stack, 'Remote'), defineRole(stack));
  return statementsOf(Template.fromStack(stack), 'Grantee');
}

test('the bucket is versioned, private and encrypted with a customer managed key and bucket keys', () => {
  define().hasResourceProperties('AWS::S3::Bucket', {
    VersioningConfiguration: { Status: 'Enabled' },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        { BucketKeyEnabled: true, ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms' } },
      ],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LoggingConfiguration: Match.objectLike({ LogFilePrefix: 'dvc-remote/' }),
  });
});

test('data and key outlive the stack', () => {
  const template = define();
  template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  template.allResources('AWS::KMS::Key', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
});

test('the key rotates', () => {
  define().hasResourceProperties('AWS::KMS::Key', { EnableKeyRotation: true });
});

test('every bucket refuses requests without TLS', () => {
  const template = define();
  const deny = Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
  template.resourcePropertiesCountIs(
    'AWS::S3::BucketPolicy',
    { PolicyDocument: { Statement: Match.arrayWith([deny]) } },
    Object.keys(template.findResources('AWS::S3::Bucket')).length,
  );
});

test('access logs are delivered by policy, with ACLs off whatever flags the app sets', () => {
  const template = define();
  template.resourcePropertiesCountIs('AWS::S3::Bucket', { AccessControl: Match.anyValue() }, 0);
  template.resourcePropertiesCountIs('AWS::S3::Bucket', { OwnershipControls: Match.anyValue() }, 0);
  template.hasResourceProperties('AWS::S3::BucketPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({
          Action: 's3:PutObject',
          Effect: 'Allow',
          Principal: { Service: 'logging.s3.amazonaws.com' },
          Condition: {
            ArnLike: { 'aws:SourceArn': Match.anyValue() },
            StringEquals: { 'aws:SourceAccount': '111122223333' },
          },
        }),
      ]),
    },
  });
});

test('the address is made of bucket and prefix', () => {
  const stack = defineStack();
  const remote = new DvcRemote(stack, 'Remote', { prefix: 'data/radiology' });
  expect(stack.resolve(remote.url)).toEqual({
    'Fn::Join': ['', ['s3://', stack.resolve(remote.bucket.bucketName), '/data/radiology']],
  });
});

test.each(['/dvc', 'dvc/', 'a//b', '', '../x', 'a b'])('fails on the prefix %p', (prefix) => {
  expect.assertions(2);
  try {
    define({ prefix });
  } catch (error) {
    expect(Errors.isValidationError(error)).toBe(true);
    expect((error as Error).message).toContain(`got ${JSON.stringify(prefix)}`);
  }
});

test('a prefix that is known only at deployment is taken as it is', () => {
  expect(() => define({ prefix: Token.asString({ Ref: 'Prefix' }) })).not.toThrow();
});

test('pull reads and lists below the prefix, and changes nothing', () => {
  const statements = grantsOf((remote, role) => remote.grants.pull(role));
  expect(actionsOf(statements)).toEqual(['kms:Decrypt', 's3:GetObject', 's3:ListBucket']);
  expect(statements.find(({ Action }) => Action === 's3:ListBucket')?.Condition).toEqual({
    StringLike: { 's3:prefix': ['dvc', 'dvc/*'] },
  });
});

test('push adds objects, and deletes none', () => {
  expect(actionsOf(grantsOf((remote, role) => remote.grants.push(role)))).toEqual([
    'kms:Decrypt',
    'kms:GenerateDataKey',
    's3:AbortMultipartUpload',
    's3:GetObject',
    's3:ListBucket',
    's3:PutObject',
  ]);
});

test('verify reads listings and lists versions below the prefix, and reads no record', () => {
  const statements = grantsOf((remote, role) => remote.grants.verify(role));
  expect(actionsOf(statements)).toEqual(['kms:Decrypt', 's3:GetObject', 's3:ListBucket', 's3:ListBucketVersions']);
  expect(statements.find(({ Action }) => Action?.includes('s3:ListBucketVersions'))?.Condition).toEqual({
    StringLike: { 's3:prefix': ['dvc', 'dvc/*'] },
  });
  expect(JSON.stringify(statements.find(({ Action }) => Action === 's3:GetObject')?.Resource)).toContain(
    '/dvc/files/md5/*.dir',
  );
});

test('the resources keep their ids, which are interface: changing one replaces what it names', () => {
  const template = templateOf(CONSTRUCTS.DvcRemote as never);
  expect(Object.keys(template.findResources('AWS::S3::Bucket')).sort()).toEqual([
    expect.stringMatching(/^DvcRemoteAccessLogs[0-9A-F]{8}$/),
    expect.stringMatching(/^DvcRemoteBucket[0-9A-F]{8}$/),
  ]);
});
