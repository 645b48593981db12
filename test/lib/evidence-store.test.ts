import { App, Duration, Errors, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { EvidenceStore, type EvidenceStoreProps, type IEvidenceStore } from '../../lib';
import { actionsOf, CONSTRUCTS, defineRole, defineStack, ENVIRONMENT, statementsOf, templateOf } from './definition';

type Props = Partial<EvidenceStoreProps>;
type Statement = Record<'Action' | 'Condition' | 'Effect' | 'Principal' | 'Resource' | 'Sid', unknown>;

const KEY_ARN = 'arn:aws:kms:us-east-1:111122223333:key/11111111-2222-3333-4444-555555555555';
const IF_NONE_MATCH = 's3:if-none-match';
const ONLY_DIGESTS = {
  StringEquals: { 'kms:MessageType': 'DIGEST', 'kms:SigningAlgorithm': 'ECDSA_SHA_256' },
};

const store = (stack: Stack, props: Props = {}) =>
  new EvidenceStore(stack, 'Store', { platformName: 'demo', ...props });
const define = (props?: Props) => templateOf((stack) => void store(stack, props));

function importedStore(stack: Stack): IEvidenceStore {
  return EvidenceStore.fromEvidenceStoreAttributes(stack, 'Imported', {
    platformName: 'demo',
    bucket: s3.Bucket.fromBucketName(stack, 'EvidenceBucket', 'evidence'),
    signingKey: kms.Key.fromKeyArn(stack, 'SigningKey', KEY_ARN),
  });
}

function grantedTo(
  role: (stack: Stack) => iam.IRole,
  grant: (store: EvidenceStore, role: iam.IRole) => void,
): Template {
  const stack = defineStack();
  grant(store(stack), role(stack));
  return Template.fromStack(stack);
}

function lockedBucket(template: Template) {
  const [bucket] = Object.values(
    template.findResources('AWS::S3::Bucket', { Properties: { ObjectLockEnabled: true } }),
  );
  return bucket as { Properties: Record<string, unknown>; DeletionPolicy: string };
}

function bucketStatements(template: Template): Statement[] {
  const [policy] = Object.entries(template.findResources('AWS::S3::BucketPolicy')).filter(([id]) => !/Logs/.test(id));
  return policy?.[1].Properties.PolicyDocument.Statement;
}

function keyStatements(template: Template): Statement[] {
  const [key] = Object.values(template.findResources('AWS::KMS::Key', { Properties: { KeyUsage: 'SIGN_VERIFY' } }));
  return key?.Properties.KeyPolicy.Statement;
}

function deniedToEverybody(template: Template): string[] {
  return bucketStatements(template)
    .filter(({ Effect, Principal, Condition }) => Effect === 'Deny' && Principal === '*' && Condition === undefined)
    .flatMap(({ Action }) => Action as string | string[])
    .sort();
}

test('a statement is locked for seven years in governance mode, in a private bucket with keys of S3', () => {
  expect(lockedBucket(define()).Properties).toMatchObject({
    VersioningConfiguration: { Status: 'Enabled' },
    ObjectLockEnabled: true,
    ObjectLockConfiguration: {
      ObjectLockEnabled: 'Enabled',
      Rule: { DefaultRetention: { Mode: 'GOVERNANCE', Days: 2557 } },
    },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
    },
    PublicAccessBlockConfiguration: {
      BlockPublicAcls: true,
      BlockPublicPolicy: true,
      IgnorePublicAcls: true,
      RestrictPublicBuckets: true,
    },
    LoggingConfiguration: { LogFilePrefix: 'evidence/' },
  });
});

test('nothing can be put without the header that keeps it from overwriting', () => {
  expect(bucketStatements(define())).toContainEqual({
    Sid: 'OnlyNewKeys',
    Effect: 'Deny',
    Principal: '*',
    Action: 's3:PutObject',
    Resource: { 'Fn::Join': ['', [{ 'Fn::GetAtt': [expect.stringMatching(/^StoreBucket/), 'Arn'] }, '/*']] },
    Condition: { Null: { [IF_NONE_MATCH]: 'true' } },
  });
});

test('nobody deletes, hides, unlocks, replicates over, re-encrypts or expires', () => {
  expect(deniedToEverybody(define())).toEqual([
    's3:BypassGovernanceRetention',
    's3:DeleteObject',
    's3:DeleteObjectVersion',
    's3:PutLifecycleConfiguration',
    's3:PutObjectLegalHold',
    's3:PutObjectRetention',
    's3:ReplicateDelete',
    's3:ReplicateObject',
    's3:UpdateObjectEncryption',
  ]);
});

test('the owner of the bucket is not locked out of its policy', () => {
  const denied = bucketStatements(define())
    .filter(({ Condition }) => JSON.stringify(Condition ?? {}).includes('SecureTransport') === false)
    .flatMap(({ Action }) => Action as string | string[]);
  expect(denied.filter((action) => /BucketPolicy|\*/.test(action))).toEqual([]);
});

test('every bucket refuses requests without TLS', () => {
  const template = define();
  const deny = Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } });
  const policies = { PolicyDocument: { Statement: Match.arrayWith([deny]) } };
  const buckets = Object.keys(template.findResources('AWS::S3::Bucket')).length;
  expect(buckets).toBe(2);
  template.resourcePropertiesCountIs('AWS::S3::BucketPolicy', policies, buckets);
});

test('the signing key is one for signatures on P-256, found by its alias', () => {
  const template = define();
  template.hasResourceProperties('AWS::KMS::Key', { KeySpec: 'ECC_NIST_P256', KeyUsage: 'SIGN_VERIFY' });
  template.hasResourceProperties('AWS::KMS::Alias', { AliasName: 'alias/cdk-ml-lineage/evidence/demo' });
});

test('a next generation is another key under the same alias', () => {
  const [first, second] = [1, 2].map((signingKeyGeneration) => define({ signingKeyGeneration }));
  const idsOf = (type: string, template = first) => Object.keys(template?.findResources(type) ?? {});
  expect(idsOf('AWS::KMS::Key', second)).not.toEqual(idsOf('AWS::KMS::Key'));
  expect(idsOf('AWS::KMS::Alias', second)).toEqual(idsOf('AWS::KMS::Alias'));
  expect(idsOf('AWS::S3::Bucket', second)).toEqual(idsOf('AWS::S3::Bucket'));
  second?.hasResourceProperties('AWS::KMS::Alias', {
    AliasName: 'alias/cdk-ml-lineage/evidence/demo',
    TargetKeyId: { 'Fn::GetAtt': [idsOf('AWS::KMS::Key', second)[0], 'Arn'] },
  });
});

test.each([0, 1.5, 1000, Number.NaN])('fails on the signing key generation %p', (signingKeyGeneration) => {
  expect(() => define({ signingKeyGeneration })).toThrow(
    `signingKeyGeneration must be a whole number from 1 to 999, got ${signingKeyGeneration}`,
  );
});

test('the keys before are none, unless they are named', () => {
  const previousKeyFingerprints = ['ab'.repeat(32), 'cd'.repeat(32)];
  const stack = defineStack();
  expect(importedStore(stack).previousKeyFingerprints).toEqual([]);
  expect(store(stack, { previousKeyFingerprints }).previousKeyFingerprints).toEqual(previousKeyFingerprints);
});

test.each<[what: string, fingerprints: string[], told: string]>([
  [
    'no digest',
    ['ab'.repeat(31)],
    'must hold SHA-256 digests of 64 hexadecimal digits in lower case, known at synthesis',
  ],
  ['upper case', ['AB'.repeat(32)], `in lower case, known at synthesis, got ["${'AB'.repeat(32)}"]`],
  ['only known at deployment', [Token.asString({ Ref: 'Fingerprint' })], 'known at synthesis'],
  ['named twice', ['ab'.repeat(32), 'ab'.repeat(32)], 'at most 20 fingerprints, each once, got 2'],
  ['one too many', Array.from({ length: 21 }, (_, i) => `${100 + i}${'a'.repeat(61)}`), 'at most 20 fingerprints'],
])('fails on a fingerprint of a key before that is %s', (_what, previousKeyFingerprints, told) => {
  expect(() => define({ previousKeyFingerprints })).toThrow(told);
  const bucket = (stack: Stack) => s3.Bucket.fromBucketName(stack, 'EvidenceBucket', 'evidence');
  const signingKey = (stack: Stack) => kms.Key.fromKeyArn(stack, 'SigningKey', KEY_ARN);
  expect(() =>
    templateOf((stack) => {
      const attributes = { platformName: 'demo', bucket: bucket(stack), signingKey: signingKey(stack) };
      EvidenceStore.fromEvidenceStoreAttributes(stack, 'Imported', { ...attributes, previousKeyFingerprints });
    }),
  ).toThrow(told);
});

test('the account may administer the signing key, but not use it', () => {
  const statements = keyStatements(define());
  expect(statements).toHaveLength(1);
  expect(statements[0]?.Action).toEqual([
    'kms:CancelKeyDeletion',
    'kms:CreateAlias',
    'kms:DeleteAlias',
    'kms:DescribeKey',
    'kms:DisableKey',
    'kms:EnableKey',
    'kms:GetKeyPolicy',
    'kms:GetKeyRotationStatus',
    'kms:ListGrants',
    'kms:ListKeyPolicies',
    'kms:ListResourceTags',
    'kms:PutKeyPolicy',
    'kms:RevokeGrant',
    'kms:ScheduleKeyDeletion',
    'kms:TagResource',
    'kms:UntagResource',
    'kms:UpdateAlias',
    'kms:UpdateKeyDescription',
    'kms:GetPublicKey',
  ]);
});

test('whoever appends adds under free keys, reads the platform, and signs digests only', () => {
  const template = grantedTo(defineRole, ({ grants }, role) => grants.append(role));
  const statements = statementsOf(template, 'Grantee');
  expect(actionsOf(statements)).toEqual([
    'kms:GetPublicKey',
    'kms:Sign',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
    's3:PutObject',
  ]);
  const put = statements.find(({ Action }) => Action === 's3:PutObject');
  expect(put?.Condition).toEqual({ Null: { [IF_NONE_MATCH]: 'false' } });
  expect(JSON.stringify(put?.Resource)).toContain('/demo/*');
  expect(statements.find(({ Action }) => Action === 'kms:Sign')?.Condition).toEqual(ONLY_DIGESTS);
});

test('the key itself names whoever appends, with the same conditions', () => {
  const [, signer, ...more] = keyStatements(grantedTo(defineRole, ({ grants }, role) => grants.append(role)));
  expect(more).toEqual([]);
  expect(signer).toEqual({
    Effect: 'Allow',
    Principal: { AWS: { 'Fn::GetAtt': [expect.stringMatching(/^Grantee/), 'Arn'] } },
    Action: 'kms:Sign',
    Resource: '*',
    Condition: ONLY_DIGESTS,
  });
});

test('whoever reads sees versions and retention, and can neither write nor sign', () => {
  const template = grantedTo(defineRole, ({ grants }, role) => grants.read(role));
  expect(actionsOf(statementsOf(template, 'Grantee'))).toEqual([
    'kms:GetPublicKey',
    's3:GetBucketObjectLockConfiguration',
    's3:GetObject',
    's3:GetObjectRetention',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
  ]);
  expect(keyStatements(template)).toHaveLength(1);
});

test('whoever verifies sees the statements in all versions and the public key, and nothing else', () => {
  const template = grantedTo(defineRole, ({ grants }, role) => grants.verify(role));
  expect(actionsOf(statementsOf(template, 'Grantee'))).toEqual([
    'kms:GetPublicKey',
    's3:GetObject',
    's3:GetObjectVersion',
    's3:ListBucket',
    's3:ListBucketVersions',
  ]);
  expect(keyStatements(template)).toHaveLength(1);
});

test.each(['append', 'read', 'verify'] as const)('%s lists the statements of this platform only', (grant) => {
  const template = grantedTo(defineRole, ({ grants }, role) => grants[grant](role));
  const lists = statementsOf(template, 'Grantee').filter(({ Action }) => Action.includes('s3:ListBucketVersions'));
  expect(lists.map(({ Condition }) => Condition)).toEqual([{ StringLike: { 's3:prefix': 'demo/*' } }]);
});

test('a grantee in another account is named by bucket and key as well, with the conditions', () => {
  const elsewhere = (stack: Stack) => iam.Role.fromRoleArn(stack, 'Elsewhere', 'arn:aws:iam::444455556666:role/writer');
  const template = grantedTo(elsewhere, ({ grants }, role) => grants.append(role));
  const allowed = (statements: Statement[]) =>
    statements.filter(({ Principal }) => JSON.stringify(Principal).includes('444455556666'));
  expect(allowed(bucketStatements(template)).map(({ Action, Condition }) => [Action, Condition])).toEqual([
    [['s3:ListBucket', 's3:ListBucketVersions'], { StringLike: { 's3:prefix': 'demo/*' } }],
    [['s3:GetObject', 's3:GetObjectVersion'], undefined],
    ['s3:PutObject', { Null: { [IF_NONE_MATCH]: 'false' } }],
  ]);
  expect(allowed(keyStatements(template)).map(({ Action, Condition }) => [Action, Condition])).toEqual([
    ['kms:GetPublicKey', undefined],
    ['kms:Sign', ONLY_DIGESTS],
  ]);
});

test('a store of another stack is granted by the own policies of the grantee', () => {
  const stack = defineStack();
  importedStore(stack).grants.append(defineRole(stack));
  const template = Template.fromStack(stack);
  const statements = statementsOf(template, 'Grantee');
  expect(statements.find(({ Action }) => Action === 'kms:Sign')).toEqual({
    Effect: 'Allow',
    Action: 'kms:Sign',
    Resource: KEY_ARN,
    Condition: ONLY_DIGESTS,
  });
  expect(JSON.stringify(statements.find(({ Action }) => Action === 's3:PutObject')?.Resource)).toContain(
    ':s3:::evidence/demo/*',
  );
  template.resourceCountIs('AWS::S3::Bucket', 0);
  template.resourceCountIs('AWS::KMS::Key', 0);
});

test('statements and signing key outlive the stack, and no warning is given', () => {
  const stack = defineStack();
  store(stack);
  const template = Template.fromStack(stack);
  template.allResources('AWS::S3::Bucket', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  template.allResources('AWS::KMS::Key', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('retention, its mode and a key of its own are taken over', () => {
  const stack = defineStack();
  store(stack, {
    retention: Duration.days(3653),
    retentionMode: s3.ObjectLockMode.COMPLIANCE,
    encryptionKey: kms.Key.fromKeyArn(stack, 'Own', KEY_ARN),
  }).grants.append(defineRole(stack));
  const template = Template.fromStack(stack);
  expect(lockedBucket(template).Properties).toMatchObject({
    ObjectLockConfiguration: { Rule: { DefaultRetention: { Mode: 'COMPLIANCE', Days: 3653 } } },
    BucketEncryption: {
      ServerSideEncryptionConfiguration: [
        {
          BucketKeyEnabled: true,
          ServerSideEncryptionByDefault: { SSEAlgorithm: 'aws:kms', KMSMasterKeyID: KEY_ARN },
        },
      ],
    },
  });
  expect(statementsOf(template, 'Grantee')).toContainEqual({
    Effect: 'Allow',
    Action: ['kms:Decrypt', 'kms:GenerateDataKey'],
    Resource: KEY_ARN,
  });
});

test.each<[string, (stack: Stack) => Props, string]>([
  ['compliance', () => ({ retentionMode: s3.ObjectLockMode.COMPLIANCE }), 'not even the root user'],
  ['removalPolicy', () => ({ removalPolicy: RemovalPolicy.DESTROY }), 'schedule the signing key for deletion'],
  [
    'encryptionKey',
    (stack) => ({ encryptionKey: kms.Key.fromKeyArn(stack, 'Own', KEY_ARN) }),
    'makes all evidence unreadable',
  ],
  ['previousKeyFingerprints', () => ({ signingKeyGeneration: 2 }), 'what is to be added to one is parked'],
])('warns of what cannot be taken back, or breaks chains: %s', (what, props, told) => {
  const stack = defineStack();
  store(stack, props(stack));
  const warnings = Annotations.fromStack(stack).findWarning('*', Match.anyValue());
  expect(warnings.map(({ entry }) => entry.data)).toEqual([expect.stringContaining(told)]);
  expect(warnings[0]?.entry.data).toContain(`cdk-ml-lineage:EvidenceStore.${what}`);
});

test('a next generation that names the key before is no reason to warn', () => {
  const stack = defineStack();
  store(stack, { signingKeyGeneration: 2, previousKeyFingerprints: ['ab'.repeat(32)] });
  expect(Annotations.fromStack(stack).findWarning('*', Match.anyValue())).toEqual([]);
});

test('deletes bucket and signing key with the stack where asked to', () => {
  const template = define({ removalPolicy: RemovalPolicy.DESTROY });
  expect(lockedBucket(template).DeletionPolicy).toBe('Delete');
  template.allResources('AWS::KMS::Key', { DeletionPolicy: 'Delete' });
});

test('fails on everything that is wrong, in one error', () => {
  expect.assertions(3);
  try {
    define({ platformName: 'Demo', retention: Duration.hours(36) });
  } catch (error) {
    expect(Errors.isValidationError(error)).toBe(true);
    expect((error as Error).message).toContain('platformName must be 2 to 32 lower-case letters');
    expect((error as Error).message).toContain('retention must be 1 to 36500 whole days, got 1 day 12 hours');
  }
});

test.each([Duration.days(0), Duration.days(36_501)])('fails on a retention of %s', (retention) => {
  expect(() => define({ retention })).toThrow('retention must be 1 to 36500 whole days');
});

test.each([Duration.days(1), Duration.days(36_500)])('takes a retention of %s', (retention) => {
  expect(() => define({ retention })).not.toThrow();
});

test('a platform name that is known only at deployment is taken as it is', () => {
  expect(() => define({ platformName: Token.asString({ Ref: 'Name' }) })).not.toThrow();
});

test('the resources keep their ids, which are interface: changing one replaces what it names', () => {
  const template = templateOf(CONSTRUCTS.EvidenceStore as never);
  const idsOf = (type: string) => Object.keys(template.findResources(type)).sort();
  expect(idsOf('AWS::S3::Bucket')).toEqual([
    expect.stringMatching(/^EvidenceStoreAccessLogs[0-9A-F]{8}$/),
    expect.stringMatching(/^EvidenceStoreBucket[0-9A-F]{8}$/),
  ]);
  expect(idsOf('AWS::KMS::Key')).toEqual([expect.stringMatching(/^EvidenceStoreSigningKey[0-9A-F]{8}$/)]);
});

test('a stack without an account is enough', () => {
  const stack = new Stack(new App(), 'Stack', { env: { region: ENVIRONMENT.region } });
  const { grants } = store(stack);
  grants.append(defineRole(stack));
  expect(actionsOf(statementsOf(Template.fromStack(stack), 'Grantee'))).toContain('kms:Sign');
});
