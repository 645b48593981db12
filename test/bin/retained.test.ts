import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { readRetained } from '../../bin/retained-resources';
import { KEPT_TYPES, retainedReport, retainedText } from '../../bin/retained-text';

const ID = 'arn:aws:cloudformation:us-east-1:111122223333:stack/demo/11111111-2222-3333-4444-555555555555';
const OLDER = ID.replace('11111111', '00000000');

const RESOURCES = [
  ['Bucket', 'AWS::S3::Bucket', 'demo-bucket', 'DELETE_SKIPPED'],
  ['App', 'AWS::SageMaker::MlflowApp', 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-1', 'DELETE_SKIPPED'],
  ['Role', 'AWS::IAM::Role', 'demo-role', 'DELETE_COMPLETE'],
] as const;

const TEMPLATE = {
  Resources: {
    Bucket: { Type: 'AWS::S3::Bucket', DeletionPolicy: 'Retain' },
    App: { Type: 'AWS::SageMaker::MlflowApp', DeletionPolicy: 'RetainExceptOnCreate' },
    Role: { Type: 'AWS::IAM::Role', DeletionPolicy: 'Delete' },
  },
};

type Answers = Record<string, (input: Record<string, string>) => object>;

// the pages of the SDK want a client of its class.
function cloudFormation(answers: Answers): CloudFormationClient {
  const { CloudFormationClient: Client } = jest.requireActual('@aws-sdk/client-cloudformation');
  const client = new Client({ region: 'eu-west-1' });
  client.send = async (command: { input: Record<string, string> }) =>
    answers[command.constructor.name.replace('Command', '')]?.(command.input) ?? {};
  return client;
}

const listed = ({ NextToken }: Record<string, string>) => {
  const [start, end] = NextToken ? [1, undefined] : [0, 1];
  return {
    StackResourceSummaries: RESOURCES.slice(start, end).map(
      ([LogicalResourceId, ResourceType, id, ResourceStatus]) => ({
        LogicalResourceId,
        ResourceType,
        PhysicalResourceId: id,
        ResourceStatus,
      }),
    ),
    ...(NextToken ? {} : { NextToken: 'more' }),
  };
};

// newest first.
const events = ({ NextToken }: Record<string, string>) => {
  const all = [...RESOURCES, ['Bucket', 'AWS::S3::Bucket', 'replaced-bucket', 'DELETE_SKIPPED']] as const;
  return {
    StackEvents: (NextToken ? all.slice(2) : all.slice(0, 2)).map(([LogicalResourceId, ResourceType, id, status]) => ({
      LogicalResourceId,
      ResourceType,
      PhysicalResourceId: id,
      ResourceStatus: status,
    })),
    ...(NextToken ? {} : { NextToken: 'more' }),
  };
};

const away = () => {
  throw Object.assign(new Error('Stack with id demo does not exist'), { name: 'ValidationError' });
};

const REPLACED = { logicalId: 'Bucket', type: 'AWS::S3::Bucket', physicalId: 'replaced-bucket' };
const KEPT = [
  { logicalId: 'Bucket', type: 'AWS::S3::Bucket', physicalId: 'demo-bucket' },
  { logicalId: 'App', type: 'AWS::SageMaker::MlflowApp', physicalId: RESOURCES[1][2] },
];

test('of a stack that is there, all is kept that its template says, on whatever page', async () => {
  const client = cloudFormation({
    DescribeStacks: () => ({ Stacks: [{ StackName: 'demo', StackId: ID, StackStatus: 'UPDATE_COMPLETE' }] }),
    GetTemplate: () => ({ TemplateBody: JSON.stringify(TEMPLATE) }),
    ListStackResources: listed,
  });
  await expect(readRetained(client, 'demo')).resolves.toEqual({
    stackName: 'demo',
    stackId: ID,
    isDeleted: false,
    resources: KEPT,
  });
});

test('of a deleted stack, all was kept whose deletion was skipped, then or at an update before', async () => {
  const client = cloudFormation({
    DescribeStacks: () => ({ Stacks: [{ StackName: 'demo', StackId: ID, StackStatus: 'DELETE_COMPLETE' }] }),
    DescribeStackEvents: events,
  });
  await expect(readRetained(client, ID)).resolves.toEqual({
    stackName: 'demo',
    stackId: ID,
    isDeleted: true,
    resources: [REPLACED, ...KEPT.slice().reverse()],
  });
});

test('a name that no stack has stands for the stack of this name that was deleted last', async () => {
  const asked: unknown[] = [];
  const client = cloudFormation({
    DescribeStacks: away,
    ListStacks: ({ NextToken }) =>
      NextToken
        ? { StackSummaries: [{ StackName: 'demo', StackId: ID, DeletionTime: new Date(2000) }] }
        : {
            NextToken: 'more',
            StackSummaries: [
              { StackName: 'other', StackId: 'other', DeletionTime: new Date(3000) },
              { StackName: 'demo', StackId: OLDER, DeletionTime: new Date(1000) },
            ],
          },
    DescribeStackEvents: (input) => {
      asked.push(input.StackName);
      return events(input);
    },
  });
  await expect(readRetained(client, 'demo')).resolves.toMatchObject({
    stackId: ID,
    isDeleted: true,
    resources: [REPLACED, ...KEPT.slice().reverse()],
  });
  expect(asked).toEqual([ID, ID]);
});

test('fails on a name that no stack has or had', async () => {
  const client = cloudFormation({ DescribeStacks: away, ListStacks: () => ({ StackSummaries: [] }) });
  await expect(readRetained(client, 'demo')).rejects.toThrow(
    'there is no stack demo in the region eu-west-1 of this account, and none of this name was deleted in the last 90 days',
  );
});

test('fails as CloudFormation does where it may not be asked', async () => {
  const client = cloudFormation({
    DescribeStacks: () => {
      throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
    },
  });
  await expect(readRetained(client, 'demo')).rejects.toThrow('not authorized');
});

const retained = { stackName: 'demo', stackId: ID, isDeleted: true, resources: KEPT };

test('people are told what is kept, how to import it, and how to delete it', () => {
  expect(retainedText(retained)).toBe(`stack  demo, deleted
       ${ID}
kept   2 resources, which belong to no stack now

AWS::S3::Bucket  Bucket
  demo-bucket
  to delete it for good: aws s3api delete-bucket --bucket demo-bucket
    all versions of all objects have to be deleted before; one that Object Lock keeps, keeps the bucket

AWS::SageMaker::MlflowApp  App
  ${RESOURCES[1][2]}
  to delete it for good: aws sagemaker delete-mlflow-app --arn ${RESOURCES[1][2]}
    all its runs will be gone

To bring them under a stack again, with the same constructs under the same ids:
  aws cloudformation create-change-set --cli-input-json "$(npx ml-lineage retained --stack ${ID} --change-set)"
  aws cloudformation wait change-set-create-complete --stack-name demo --change-set-name take-up-retained
  aws cloudformation execute-change-set --stack-name demo --change-set-name take-up-retained
  aws cloudformation wait stack-import-complete --stack-name demo
  npx cdk deploy demo
`);
});

test('what belongs to a stack still is not to be imported', () => {
  expect(retainedText({ ...retained, isDeleted: false })).toMatch(/^stack {2}demo, not deleted\n/);
  expect(retainedText({ ...retained, isDeleted: false })).not.toMatch('create-change-set');
});

test('names from outside cannot steer the terminal', () => {
  const resources = [{ type: 'Custom::X', logicalId: 'X', physicalId: 'a\u001b[2Jb' }];
  const text = retainedText({ ...retained, resources });
  expect(text).not.toMatch('\u001b');
  expect(text).toMatch('this command does not know the type');
});

test('machines are told what is kept, and how to delete it', () => {
  expect(retainedReport(retained)).toMatchObject({
    stackName: 'demo',
    isDeleted: true,
    resources: [{ logicalId: 'Bucket', deletion: 'aws s3api delete-bucket --bucket demo-bucket' }, {}],
  });
});

test.each(Object.entries(KEPT_TYPES))('the command that deletes a %s names it', (_type, { deletion }) => {
  expect(deletion('the-id')).toMatch(/^aws [a-z0-9-]+ (delete|schedule)-.*the-id/);
});
