import { App, Duration, Errors, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { DvcRemote, type DvcRemoteProps } from '../../lib';
import { actionsOf, CONSTRUCTS, defineRole, defineStack, ENVIRONMENT, statementsOf, templateOf } from './definition';

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

/** The warnings and remarks on the construct of one name. */
function toldOf(stack: Stack, id = 'Remote'): string[] {
  const annotations = Annotations.fromStack(stack);
  return [...annotations.findWarning('*', Match.anyValue()), ...annotations.findInfo('*', Match.anyValue())]
    .filter((message) => message.id.startsWith(`/${stack.node.id}/${id}`))
    .map(({ entry }) => String(entry.data));
}

test('content gets cheaper storage by itself, and uploads that nobody completes go', () => {
  define().hasResourceProperties('AWS::S3::Bucket', {
    LifecycleConfiguration: {
      Rules: [
        {
          Id: 'TierContent',
          Prefix: 'dvc/files/md5/',
          Status: 'Enabled',
          Transitions: [{ StorageClass: 'INTELLIGENT_TIERING', TransitionInDays: 0 }],
        },
        { Id: 'AbortUploads', Status: 'Enabled', AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 } },
      ],
    },
  });
});

test('lifecycle rules stand beside those that every remote has', () => {
  define({ lifecycleRules: [{ id: 'Mine', noncurrentVersionExpiration: Duration.days(90) }] }).hasResourceProperties(
    'AWS::S3::Bucket',
    {
      LifecycleConfiguration: { Rules: ['TierContent', 'AbortUploads', 'Mine'].map((Id) => Match.objectLike({ Id })) },
    },
  );
});

const LATER = { transitionAfter: Duration.days(90) };
const GLACIER = [{ storageClass: s3.StorageClass.GLACIER, ...LATER }];
const DEEP_ARCHIVE = [{ storageClass: s3.StorageClass.DEEP_ARCHIVE, ...LATER }];
const EXPIRES =
  'must not expire objects below dvc/, got rule 1: without its bytes a data commit is worth nothing; give the rule another prefix, or let it expire noncurrent versions only';
const FREEZES =
  'must not move objects below dvc/ to GLACIER or DEEP_ARCHIVE, got rule 1: pulling them fails until somebody has restored them; give the rule another prefix, or take GLACIER_INSTANT_RETRIEVAL';

test.each<[string, s3.LifecycleRule, string]>([
  ['expires everything', { expiration: Duration.days(30) }, EXPIRES],
  ['expires everything at a date', { expirationDate: new Date('2030-01-01') }, EXPIRES],
  ['expires the whole prefix', { prefix: 'dvc/', expiration: Duration.days(30) }, EXPIRES],
  ['expires a part of the content', { prefix: 'dvc/files/md5/0', expiration: Duration.days(30) }, EXPIRES],
  ['expires what begins like the prefix', { prefix: 'd', expiration: Duration.days(30) }, EXPIRES],
  ['expires what has a tag', { tagFilters: { old: 'yes' }, expiration: Duration.days(30) }, EXPIRES],
  ['expires with an empty prefix', { prefix: '', expiration: Duration.days(30) }, EXPIRES],
  ['moves content to Glacier', { transitions: GLACIER }, FREEZES],
  ['moves content to Deep Archive', { prefix: 'dvc/files/', transitions: DEEP_ARCHIVE }, FREEZES],
])('fails on a lifecycle rule that %s', (_what, rule, problem) => {
  expect(() => define({ lifecycleRules: [rule] })).toThrow(`lifecycleRules ${problem}`);
});

test('fails with the names of all rules that would expire content', () => {
  const expiration = Duration.days(1);
  const lifecycleRules = [{ id: 'First', expiration }, { prefix: 'other/', expiration }, { expiration }];
  expect(() => define({ lifecycleRules })).toThrow('got First, rule 3: without');
});

test.each<[string, s3.LifecycleRule]>([
  ['expires other objects', { prefix: 'dvc-old/', expiration: Duration.days(30) }],
  ['expires noncurrent versions', { noncurrentVersionExpiration: Duration.days(30) }],
  ['freezes noncurrent versions', { noncurrentVersionTransitions: GLACIER }],
  ['removes delete markers', { expiredObjectDeleteMarker: true }],
  ['is not enabled', { enabled: false, expiration: Duration.days(30), transitions: GLACIER }],
  [
    'moves content to where it is read at once',
    { transitions: [{ storageClass: s3.StorageClass.GLACIER_INSTANT_RETRIEVAL, ...LATER }] },
  ],
  ['has a prefix of the deployment', { prefix: Token.asString({ Ref: 'Keys' }), expiration: Duration.days(30) }],
])('a lifecycle rule that %s is taken', (_what, rule) => {
  expect(() => define({ lifecycleRules: [rule] })).not.toThrow();
});

test('fails on a rule that expires everything, whatever prefix the deployment gives', () => {
  const prefix = Token.asString({ Ref: 'Prefix' });
  expect(() => define({ prefix, lifecycleRules: [{ expiration: Duration.days(1) }] })).toThrow('must not expire');
  const lifecycleRules = [{ prefix: 'tmp/', expiration: Duration.days(1) }];
  expect(() => define({ prefix, lifecycleRules })).not.toThrow();
});

test('the keys are those of S3 where asked for, and no key is made', () => {
  const template = define({ encryption: s3.BucketEncryption.S3_MANAGED });
  template.resourceCountIs('AWS::KMS::Key', 0);
  template.allResourcesProperties('AWS::S3::Bucket', {
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
  });
});

test('a given key encrypts, and no other is made', () => {
  const stack = defineStack();
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:us-east-1:111122223333:key/mine');
  new DvcRemote(stack, 'Remote', { encryptionKey, encryption: s3.BucketEncryption.KMS });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::KMS::Key', 0);
  expect(JSON.stringify(template.findResources('AWS::S3::Bucket'))).toContain(encryptionKey.keyArn);
});

test.each([s3.BucketEncryption.KMS_MANAGED, s3.BucketEncryption.DSSE, s3.BucketEncryption.UNENCRYPTED])(
  'fails on the encryption %s',
  (encryption) => {
    expect(() => define({ encryption })).toThrow(
      `encryption must be KMS, by a key of yours, or S3_MANAGED, got ${encryption}; for a key that AWS manages nobody can be granted its use`,
    );
  },
);

test('fails on a key beside those of S3', () => {
  const stack = defineStack();
  const encryptionKey = new kms.Key(stack, 'Key');
  expect(() => new DvcRemote(stack, 'Remote', { encryption: s3.BucketEncryption.S3_MANAGED, encryptionKey })).toThrow(
    'encryptionKey must be left out where encryption is S3_MANAGED, because S3 then takes keys of its own',
  );
});

test('the access logs go to a given bucket', () => {
  const stack = defineStack();
  const accessLogBucket = new s3.Bucket(stack, 'Logs');
  new DvcRemote(stack, 'Remote', { accessLogBucket });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::S3::Bucket', 2);
  template.hasResourceProperties('AWS::S3::Bucket', {
    LoggingConfiguration: { DestinationBucketName: stack.resolve(accessLogBucket.bucketName) },
  });
});

test('without a lock or a removal there is nothing to warn of', () => {
  const stack = defineStack();
  new DvcRemote(stack, 'Remote');
  expect(toldOf(stack)).toEqual([]);
  Template.fromStack(stack).resourcePropertiesCountIs('AWS::S3::Bucket', { ObjectLockEnabled: true }, 0);
});

test('Object Lock retains each version, with a warning that it excludes erasure', () => {
  const stack = defineStack();
  new DvcRemote(stack, 'Remote', { objectLockRetention: s3.ObjectLockRetention.governance(Duration.days(365)) });
  Template.fromStack(stack).hasResourceProperties('AWS::S3::Bucket', {
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Days: 365, Mode: 'GOVERNANCE' } },
    },
  });
  expect(toldOf(stack)).toEqual([
    'Object Lock and erasure exclude each other: a record that somebody has a right to have erased stays until its lock ends. Leave objectLockRetention out where datasets may hold personal data [ack: cdk-ml-lineage:DvcRemote.objectLockRetention]',
  ]);
});

test('removal is possible, with a warning; the access logs stay', () => {
  const stack = defineStack();
  new DvcRemote(stack, 'Remote', { removalPolicy: RemovalPolicy.DESTROY });
  const template = Template.fromStack(stack);
  template.allResources('AWS::KMS::Key', { DeletionPolicy: 'Delete' });
  const removed = template.findResources('AWS::S3::Bucket', { DeletionPolicy: 'Delete' });
  expect(Object.keys(removed)).toEqual([expect.stringMatching(/^RemoteBucket/)]);
  expect(toldOf(stack)).toEqual([
    expect.stringMatching(
      /^deleting the stack will delete the bucket if it is empty, and schedule the deletion of its own key, .*DvcRemote\.removalPolicy\]$/,
    ),
  ]);
});

/** The statement of the bucket's policy that denies deletion. */
function denialOf(stack: Stack) {
  const policies = Template.fromStack(stack).findResources('AWS::S3::BucketPolicy');
  return Object.values(policies)
    .flatMap(({ Properties }) => Properties.PolicyDocument.Statement)
    .find(({ Sid }: { Sid?: string }) => Sid === 'ContentStays');
}

test('the bucket denies deletion of content to everybody', () => {
  const stack = defineStack();
  const remote = new DvcRemote(stack, 'Remote', { prefix: 'data/x' });
  expect(denialOf(stack)).toEqual({
    Sid: 'ContentStays',
    Effect: 'Deny',
    Principal: '*',
    Action: ['s3:DeleteObject', 's3:DeleteObjectVersion'],
    Resource: { 'Fn::Join': ['', [stack.resolve(remote.bucket.bucketArn), '/data/x/files/md5/*']] },
  });
});

test('who collects garbage lists, reads listings and deletes content, and may do so alone', () => {
  const stack = defineStack();
  const role = defineRole(stack);
  const remote = new DvcRemote(stack, 'Remote');
  remote.grants.collectGarbage(role);
  // again, and by another object of grants: it is the same role.
  remote.grants.collectGarbage(role);
  const statements = statementsOf(Template.fromStack(stack), 'Grantee');
  expect(actionsOf(statements)).toEqual(['kms:Decrypt', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket']);
  const resourceOf = (action: string) => JSON.stringify(statements.find(({ Action }) => Action === action)?.Resource);
  expect(resourceOf('s3:DeleteObject')).toContain('"/dvc/files/md5/*"');
  expect(resourceOf('s3:GetObject')).toContain('"/dvc/files/md5/*.dir"');
  expect(denialOf(stack).Condition).toEqual({ ArnNotEquals: { 'aws:PrincipalArn': stack.resolve(role.roleArn) } });
});

test('fails when a second role is to collect garbage', () => {
  const stack = defineStack();
  const remote = new DvcRemote(stack, 'Remote');
  remote.grants.collectGarbage(defineRole(stack));
  const other = new iam.Role(stack, 'Other', { assumedBy: new iam.AccountRootPrincipal() });
  expect(() => remote.grants.collectGarbage(other)).toThrow(
    'collectGarbage must be granted to one role only, got Stack/Other, but Stack/Grantee has it already; let that role delete, or grant it to this one alone',
  );
});

test('fails when a role of another stack is to collect garbage, because each stack would wait for the other', () => {
  const app = new App();
  const remote = new DvcRemote(new Stack(app, 'Data', { env: ENVIRONMENT }), 'Remote');
  const roles = new Stack(app, 'Roles', { env: ENVIRONMENT });
  expect(() => remote.grants.collectGarbage(defineRole(roles))).toThrow(
    "collectGarbage must be granted to a role of the remote's own stack, got Roles/Grantee; define it in Data, or import it by its ARN",
  );
  const imported = iam.Role.fromRoleArn(roles, 'Imported', 'arn:aws:iam::111122223333:role/collector');
  remote.grants.collectGarbage(imported);
  expect(denialOf(Stack.of(remote)).Condition).toEqual({ ArnNotEquals: { 'aws:PrincipalArn': imported.roleArn } });
});

test('a bucket that another prefix of it is a remote in still denies deletion to everybody', () => {
  const stack = defineStack();
  const remote = new DvcRemote(stack, 'Remote');
  DvcRemote.fromBucket(stack, 'Other', remote.bucket, { prefix: 'other' }).grants.collectGarbage(defineRole(stack));
  expect(denialOf(stack).Condition).toBeUndefined();
});

describe('a remote in a bucket that is there', () => {
  const REFUSING = { versioned: true, encryption: s3.BucketEncryption.S3_MANAGED };

  test('is used as it is, and nothing is said of a bucket that has what it takes', () => {
    const stack = defineStack();
    const bucket = new s3.Bucket(stack, 'Bucket', REFUSING);
    const before = JSON.stringify(stack.resolve(bucket.node.defaultChild?.node.defaultChild));
    const remote = DvcRemote.fromBucket(stack, 'Remote', bucket, { prefix: 'data' });
    expect(remote.bucket).toBe(bucket);
    expect(stack.resolve(remote.url)).toEqual({
      'Fn::Join': ['', ['s3://', stack.resolve(bucket.bucketName), '/data']],
    });
    expect(JSON.stringify(stack.resolve(bucket.node.defaultChild?.node.defaultChild))).toBe(before);
    expect(toldOf(stack)).toEqual([]);
    Template.fromStack(stack).resourceCountIs('AWS::S3::BucketPolicy', 0);
  });

  test('has the same prefix by default, and refuses the same', () => {
    const stack = defineStack();
    const bucket = new s3.Bucket(stack, 'Bucket');
    expect(DvcRemote.fromBucket(stack, 'Remote', bucket).prefix).toBe('dvc');
    expect(() => DvcRemote.fromBucket(stack, 'Other', bucket, { prefix: '/x' })).toThrow('joined by single slashes');
  });

  test('is warned of where the bucket lacks versioning and encryption', () => {
    const stack = defineStack();
    DvcRemote.fromBucket(stack, 'Remote', new s3.CfnBucket(stack, 'Bucket'));
    expect(toldOf(stack)).toEqual([
      'the bucket is not versioned: an object that is written over or deleted is lost; turn versioning on [ack: cdk-ml-lineage:DvcRemote.versioning]',
      'the bucket has no encryption of its own, only that of S3 itself; give it a key whose use you decide [ack: cdk-ml-lineage:DvcRemote.encryption]',
    ]);
  });

  test('is warned of where rules, also later ones, would expire or freeze content', () => {
    const stack = defineStack();
    const bucket = new s3.Bucket(stack, 'Bucket', REFUSING);
    DvcRemote.fromBucket(stack, 'Remote', bucket);
    bucket.addLifecycleRule({ expiration: Duration.days(1) });
    bucket.addLifecycleRule({ id: 'Freeze', prefix: 'dvc/', transitions: GLACIER });
    expect(toldOf(stack)).toEqual([
      'the bucket expires objects below dvc/, by rule 1: without its bytes a data commit is worth nothing; give the rule another prefix [ack: cdk-ml-lineage:DvcRemote.expiration]',
      'the bucket moves objects below dvc/ to where they cannot be read at once, by Freeze: pulling them fails; give the rule another prefix, or another storage class [ack: cdk-ml-lineage:DvcRemote.freezing]',
    ]);
  });

  const rule = (properties: Partial<s3.CfnBucket.RuleProperty>) => ({ status: 'Enabled', ...properties });

  test.each<[string, s3.CfnBucket.RuleProperty, string[]]>([
    ['at a date', rule({ expirationDate: new Date('2030-01-01') }), ['expiration']],
    ['by one transition', rule({ transition: { storageClass: 'DEEP_ARCHIVE', transitionInDays: 1 } }), ['freezing']],
    ['but not elsewhere', rule({ prefix: 'other/', expirationInDays: 1 }), []],
    ['but is not enabled', { status: 'Disabled', expirationInDays: 1 }, []],
    ['but has a prefix of the deployment', rule({ prefix: Token.asString({ Ref: 'P' }), expirationInDays: 1 }), []],
  ])('a rule of a plain resource harms content %s', (_what, lifecycle, warnings) => {
    const stack = defineStack();
    const bucket = new s3.CfnBucket(stack, 'Bucket', {
      versioningConfiguration: { status: 'Enabled' },
      bucketEncryption: {
        serverSideEncryptionConfiguration: [{ serverSideEncryptionByDefault: { sseAlgorithm: 'AES256' } }],
      },
      lifecycleConfiguration: { rules: [lifecycle] },
    });
    DvcRemote.fromBucket(stack, 'Remote', bucket);
    expect(toldOf(stack).map((text) => /DvcRemote\.(\w+)\]$/.exec(text)?.[1])).toEqual(warnings);
  });

  test.each<[string, (stack: Stack) => s3.IBucketRef]>([
    ['by its name', (stack) => s3.Bucket.fromBucketName(stack, 'Bucket', 'data')],
    ['as a reference', (stack) => s3.CfnBucket.fromBucketName(stack, 'Bucket', 'data')],
  ])('of another app, imported %s, comes with a remark that nobody has looked at it', (_how, bucket) => {
    const stack = defineStack();
    const remote = DvcRemote.fromBucket(stack, 'Remote', bucket(stack));
    expect(remote.url).toBe('s3://data/dvc');
    expect(toldOf(stack)).toEqual([
      expect.stringMatching(
        /^whether the bucket is versioned and encrypted, and whether a lifecycle rule expires or freezes content, cannot be seen from this app; nor is deletion denied by its policy\..*DvcRemote\.notExamined\]$/,
      ),
    ]);
  });

  test('grants on it include its key, and collecting garbage needs no exemption', () => {
    const stack = defineStack();
    const encryptionKey = new kms.Key(stack, 'Key');
    const bucket = s3.Bucket.fromBucketAttributes(stack, 'Bucket', { bucketName: 'data', encryptionKey });
    const remote = DvcRemote.fromBucket(stack, 'Remote', bucket);
    remote.grants.collectGarbage(defineRole(stack));
    const statements = statementsOf(Template.fromStack(stack), 'Grantee');
    expect(actionsOf(statements)).toEqual(['kms:Decrypt', 's3:DeleteObject', 's3:GetObject', 's3:ListBucket']);
  });

  test('its configuration names no region that nobody knows', () => {
    const stack = defineStack();
    const imported = DvcRemote.fromBucket(stack, 'Remote', s3.Bucket.fromBucketName(stack, 'Imported', 'data'));
    expect(imported.dvcConfiguration('data')).toBe(
      '[core]\n    remote = data\n    analytics = false\n[\'remote "data"\']\n    url = s3://data/dvc\n    verify = true\n',
    );
    const own = DvcRemote.fromBucket(stack, 'Own', new s3.Bucket(stack, 'Bucket'));
    expect(JSON.stringify(stack.resolve(own.dvcConfiguration()))).toContain('region = us-east-1');
  });
});

test('the configuration for DVC names address and region, and has what is pulled verified', () => {
  const stack = defineStack();
  const remote = new DvcRemote(stack, 'Remote');
  expect(stack.resolve(remote.dvcConfiguration())).toEqual({
    'Fn::Join': [
      '',
      [
        '[core]\n    remote = storage\n    analytics = false\n[\'remote "storage"\']\n    url = s3://',
        stack.resolve(remote.bucket.bucketName),
        '/dvc\n    region = us-east-1\n    verify = true\n',
      ],
    ],
  });
});

test.each(['', 'Storage', 'a b', 'x"y', '-x'])('fails on the name %p for the remote', (remoteName) => {
  const remote = new DvcRemote(defineStack(), 'Remote');
  expect(() => remote.dvcConfiguration(remoteName)).toThrow(
    `remoteName must be lower-case letters, digits, dashes and underscores, starting with a letter or digit, got ${JSON.stringify(remoteName)}`,
  );
});

test('a name for the remote that is known only at deployment is taken as it is', () => {
  const remote = new DvcRemote(defineStack(), 'Remote');
  expect(() => remote.dvcConfiguration(Token.asString({ Ref: 'Name' }))).not.toThrow();
});

test('a stack without an environment has a remote as well', () => {
  const stack = new Stack(new App(), 'Stack');
  const remote = new DvcRemote(stack, 'Remote');
  expect(JSON.stringify(stack.resolve(remote.dvcConfiguration()))).toContain('"Ref":"AWS::Region"');
  Template.fromStack(stack).resourceCountIs('AWS::S3::Bucket', 2);
});

test('the resources keep their ids, which are interface: changing one replaces what it names', () => {
  const template = templateOf(CONSTRUCTS.DvcRemote as never);
  expect(Object.keys(template.findResources('AWS::S3::Bucket')).sort()).toEqual([
    expect.stringMatching(/^DvcRemoteAccessLogs[0-9A-F]{8}$/),
    expect.stringMatching(/^DvcRemoteBucket[0-9A-F]{8}$/),
  ]);
});
