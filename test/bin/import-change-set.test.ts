import { type CloudFormationClient, DescribeStackEventsCommand } from '@aws-sdk/client-cloudformation';
import { type DeletedStack, readDeletedStack } from '../../bin/deleted-stack';
import { importChangeSet } from '../../bin/import-change-set';
import type { Retained, RetainedResource } from '../../bin/retained-resources';

const ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/demo/11111111-2222-3333-4444-555555555555';
const ROLE_ARN = { 'Fn::GetAtt': ['Signer', 'Arn'] };
const [PARTITION, ACCOUNT] = ['AWS::Partition', 'AWS::AccountId'].map((name) => `\${${name}}`);
const RETAIN = { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' };

const kept = (logicalId: string, type: string, physicalId: string): RetainedResource => ({
  logicalId,
  type,
  physicalId,
});
const KEY = kept('Key', 'AWS::KMS::Key', 'key-1');
const BUCKET = kept('Bucket', 'AWS::S3::Bucket', 'demo-bucket');

const retainedOf = (...resources: RetainedResource[]): Retained => ({
  stackName: 'demo',
  stackId: ID,
  isDeleted: true,
  resources,
});

function stackOf(keyProperties: Record<string, unknown>, more: object = {}): DeletedStack {
  const template = {
    Resources: {
      Key: { Type: 'AWS::KMS::Key', Properties: keyProperties, ...RETAIN, DependsOn: ['Signer'], Metadata: { a: 'b' } },
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { Key: { Ref: 'Key' } }, ...RETAIN },
      Signer: { Type: 'AWS::IAM::Role', Properties: {} },
      Function: { Type: 'AWS::Lambda::Function', Properties: {} },
    },
    Outputs: { Name: { Value: { Ref: 'Bucket' } } },
    ...more,
  };
  const physicalIds = { Key: 'key-1', Bucket: 'demo-bucket', Signer: 'demo-signer', Function: 'demo-function' };
  return { template, physicalIds: new Map(Object.entries(physicalIds)) };
}

function importedFrom(stack: DeletedStack, ...resources: RetainedResource[]) {
  const { request, leftOut } = importChangeSet(retainedOf(...resources), stack);
  return { request, leftOut, template: JSON.parse(request.TemplateBody ?? '') };
}

test('what is kept is imported by its identifier, with nothing else of the template', () => {
  const { request, template, leftOut } = importedFrom(stackOf({ EnableKeyRotation: true }), BUCKET, KEY);
  expect(request).toMatchObject({
    StackName: 'demo',
    ChangeSetName: 'take-up-retained',
    ChangeSetType: 'IMPORT',
    ResourcesToImport: [
      {
        LogicalResourceId: 'Bucket',
        ResourceType: 'AWS::S3::Bucket',
        ResourceIdentifier: { BucketName: 'demo-bucket' },
      },
      { LogicalResourceId: 'Key', ResourceType: 'AWS::KMS::Key', ResourceIdentifier: { KeyId: 'key-1' } },
    ],
  });
  expect(template).toEqual({
    Resources: {
      Key: { Type: 'AWS::KMS::Key', Properties: { EnableKeyRotation: true }, ...RETAIN },
      Bucket: { Type: 'AWS::S3::Bucket', Properties: { Key: { Ref: 'Key' } }, ...RETAIN },
    },
  });
  expect(leftOut).toEqual([]);
});

test.each([
  ['the ARN of a role', ROLE_ARN, { 'Fn::Sub': `arn:${PARTITION}:iam::${ACCOUNT}:role/demo-signer` }],
  [
    'the ARN of a role, with a dot',
    { 'Fn::GetAtt': 'Signer.Arn' },
    expect.objectContaining({ 'Fn::Sub': expect.anything() }),
  ],
  ['the name of what is gone', { Ref: 'Signer' }, 'demo-signer'],
  ['a pseudo parameter', { Ref: 'AWS::AccountId' }, { Ref: 'AWS::AccountId' }],
  ['what is imported too', { 'Fn::GetAtt': ['Bucket', 'Arn'] }, { 'Fn::GetAtt': ['Bucket', 'Arn'] }],
])('%s is put where an import can read it', (_, reference, expected) => {
  const deep = { Statement: [{ Principal: { AWS: [reference, 'literal', 1, null] } }] };
  const { template } = importedFrom(stackOf({ KeyPolicy: deep }), KEY, BUCKET);
  expect(template.Resources.Key.Properties.KeyPolicy.Statement[0].Principal.AWS).toEqual([
    expected,
    'literal',
    1,
    null,
  ]);
});

test('the ARN of a role has its path', () => {
  const stack = stackOf({ Policy: ROLE_ARN });
  Object.assign(stack.template.Resources, { Signer: { Type: 'AWS::IAM::Role', Properties: { Path: '/teams/' } } });
  const { template } = importedFrom(stack, KEY);
  expect(template.Resources.Key.Properties.Policy['Fn::Sub']).toMatch(/:role\/teams\/demo-signer$/);
});

test.each([
  ['an attribute that is not known', { 'Fn::GetAtt': ['Function', 'Arn'] }],
  ['another attribute of a role', { 'Fn::GetAtt': ['Signer', 'RoleId'] }],
  ['what the stack never had', { Ref: 'Nobody' }],
  ['a role whose path is not known', { 'Fn::GetAtt': ['Pathless', 'Arn'] }],
])('fails on a reference to %s, and names it', (_, reference) => {
  const stack = stackOf({ Policy: reference });
  Object.assign(stack.template.Resources, { Pathless: { Type: 'AWS::IAM::Role', Properties: { Path: { Ref: 'P' } } } });
  (stack.physicalIds as Map<string, string>).set('Pathless', 'pathless');
  expect(() => importedFrom(stack, KEY)).toThrow(
    `Key cannot be imported by this command, which knows nothing to put in the place of ${JSON.stringify(reference)}`,
  );
});

test('what no template has any more, and types of others, are left out and told', () => {
  const replaced = kept('Old', 'AWS::S3::Bucket', 'old-bucket');
  const retyped = kept('Key', 'AWS::S3::Bucket', 'was-a-bucket');
  const foreign = kept('Function', 'AWS::Lambda::Function', 'demo-function');
  const { request, leftOut } = importedFrom(stackOf({}), replaced, retyped, foreign, BUCKET);
  expect(request.ResourcesToImport?.map(({ LogicalResourceId }) => LogicalResourceId)).toEqual(['Bucket']);
  expect(leftOut).toEqual(['Old', 'Key', 'Function']);
});

test('mappings that properties may look into go along', () => {
  const Mappings = { Regions: { 'us-east-1': { Bucket: 'b' } } };
  expect(importedFrom(stackOf({}, { Mappings }), KEY).template.Mappings).toEqual(Mappings);
});

test('fails on a stack that is still there', () => {
  expect(() => importChangeSet({ ...retainedOf(KEY), isDeleted: false }, stackOf({}))).toThrow(
    'the stack demo is not deleted: what would be kept belongs to it',
  );
});

test('fails on more than CloudFormation takes in a request', () => {
  expect(() => importedFrom(stackOf({ Description: 'x'.repeat(52_000) }), KEY)).toThrow(
    /and CloudFormation takes 51200/,
  );
});

test('of a deleted stack, the last physical id of each resource is known, on whatever page of its events', async () => {
  const { CloudFormationClient: Client } = jest.requireActual('@aws-sdk/client-cloudformation');
  const client: CloudFormationClient = new Client({ region: 'eu-west-1' });
  client.send = async (command: { input: { StackName?: string; NextToken?: string } }) => {
    expect(command.input.StackName).toBe(ID);
    if (!(command instanceof DescribeStackEventsCommand)) {
      return { TemplateBody: '{"Resources": {"Key": {"Type": "AWS::KMS::Key"}}}' };
    }
    return command.input.NextToken
      ? { StackEvents: [{ LogicalResourceId: 'Key', PhysicalResourceId: 'older' }, { LogicalResourceId: 'Never' }] }
      : { StackEvents: [{ LogicalResourceId: 'Key', PhysicalResourceId: 'newest' }], NextToken: 'more' };
  };
  const { template, physicalIds } = await readDeletedStack(client, ID);
  expect(template).toEqual({ Resources: { Key: { Type: 'AWS::KMS::Key', Properties: {} } } });
  expect([...physicalIds]).toEqual([['Key', 'newest']]);
});
