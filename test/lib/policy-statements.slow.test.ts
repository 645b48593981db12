import * as iam from 'aws-cdk-lib/aws-iam';
import * as perms from '../../lib/private/perms';
import { CONSTRUCTS, templateOf } from './definition';

// what the CDK lets a function do with the queue that it works on.
const CONSUME_QUEUE = [
  'sqs:ChangeMessageVisibility',
  'sqs:DeleteMessage',
  'sqs:GetQueueAttributes',
  'sqs:GetQueueUrl',
  'sqs:ReceiveMessage',
];
const LISTED = new Set([...Object.values(perms).flat(), ...CONSUME_QUEUE]);
const PARTS = new Set(['Action', 'Condition', 'Effect', 'Resource']);

type Define = (typeof CONSTRUCTS)[string];

/** What the roles of a construct have beside plain statements that allow a listed action. */
function problemsOf(define: Define): string[] {
  const template = templateOf(define);
  const roles = Object.entries(template.findResources('AWS::IAM::Role')).flatMap(([id, { Properties }]) =>
    ['ManagedPolicyArns', 'Policies'].filter((key) => key in Properties).map((key) => `${id} has ${key}`),
  );
  const statements = Object.entries(template.findResources('AWS::IAM::Policy')).flatMap(([id, { Properties }]) =>
    Properties.PolicyDocument.Statement.flatMap((statement: Record<string, string | string[]>) => [
      ...Object.keys(statement).filter((key) => !PARTS.has(key)),
      ...[statement.Action ?? []].flat().filter((action) => !LISTED.has(action)),
      ...[statement.Effect].flat().filter((effect) => effect !== 'Allow'),
    ]).map((problem: string) => `${id} has ${problem}`),
  );
  return [...roles, ...statements];
}

test.each(Object.entries(CONSTRUCTS))(
  'the roles of %s may do what is listed, and nothing that is not',
  (_name, define) => {
    expect(problemsOf(define)).toEqual([]);
  },
);

test('no listed action stands for several', () => {
  expect([...LISTED].filter((action) => !/^[a-z0-9-]+:[A-Za-z]+$/.test(action))).toEqual([]);
});

test('control: a managed policy, an unlisted action and everything but an action are found', () => {
  const define: Define = (stack) => {
    const role = new iam.Role(stack, 'Role', {
      assumedBy: new iam.AccountRootPrincipal(),
      managedPolicies: [iam.ManagedPolicy.fromAwsManagedPolicyName('ReadOnlyAccess')],
    });
    const resources = ['arn:aws:s3:::data/x'];
    role.addToPolicy(new iam.PolicyStatement({ actions: ['s3:DeleteObjectVersion'], resources }));
    role.addToPolicy(new iam.PolicyStatement({ notActions: ['s3:PutObject'], resources }));
  };
  expect(problemsOf(define).join('\n')).toMatch(/ManagedPolicyArns\n.*s3:DeleteObjectVersion\n.*NotAction/);
});
