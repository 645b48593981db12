import { Tags } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as iam from 'aws-cdk-lib/aws-iam';
import { LineageOperations, type LineagePlatform } from '../../lib';
import { CONSTRUCTS, defineStack } from './definition';
import logicalIds from './logical-ids.json';

const BOUNDARY = 'arn:aws:iam::111122223333:policy/boundary';

// what CloudFormation has no tags for. A type that is not here has to carry those of its app.
const WITHOUT_TAGS = [
  'AWS::IAM::Policy',
  'AWS::KMS::Alias',
  'AWS::S3::BucketPolicy',
  'AWS::SQS::QueuePolicy',
  'Custom::MlflowAppGuard',
];

type Resources = Record<string, { Type: string; Properties: Record<string, unknown> }>;

/** A platform with a pipeline and all that can be asked for beside it. */
function define(applied: boolean): Resources {
  const stack = defineStack();
  CONSTRUCTS.LineagePipeline?.(stack);
  const { runTagger, deploymentRecorder, checkpointRecorder, reconciler } = stack.node.findChild(
    'Platform',
  ) as LineagePlatform;
  new LineageOperations(stack, 'Operations', {
    runTagger,
    deploymentRecorder,
    checkpointRecorder,
    reconciler,
    alarmActions: [],
    dashboard: true,
  });
  if (applied) {
    const app = stack.node.root;
    iam.PermissionsBoundary.of(app).apply(iam.ManagedPolicy.fromManagedPolicyArn(stack, 'Boundary', BOUNDARY));
    Tags.of(app).add('team', 'radiology');
  }
  return Template.fromStack(stack).toJSON().Resources;
}

const of = (resources: Resources, wanted: (type: string) => boolean) =>
  Object.entries(resources).filter(([, { Type }]) => wanted(Type));
const without = (resources: [string, Resources[string]][], property: string, value: string) =>
  resources
    .filter(([, { Properties }]) => !JSON.stringify(Properties[property] ?? '').includes(value))
    .map(([id]) => id);

const isRole = (type: string) => type === 'AWS::IAM::Role';
const hasTags = (type: string) => !WITHOUT_TAGS.includes(type);

const resources = define(true);
const untouched = define(false);

test('a permissions boundary of the app reaches every role', () => {
  expect(without(of(resources, isRole), 'PermissionsBoundary', BOUNDARY)).toEqual([]);
  expect(of(resources, isRole).length).toBeGreaterThanOrEqual(8);
});

test('tags of the app reach everything that can have some', () => {
  expect(without(of(resources, hasTags), 'Tags', 'radiology')).toEqual([]);
});

test('the list of what cannot have tags has nothing that can, and nothing that is not there', () => {
  expect([...new Set(of(resources, (type) => !hasTags(type)).map(([, { Type }]) => Type))].sort()).toEqual(
    WITHOUT_TAGS,
  );
  const tagged = of(resources, (type) => !hasTags(type)).filter(([, { Properties }]) => 'Tags' in Properties);
  expect(tagged.map(([id]) => id)).toEqual([]);
});

test('control: without them there is neither', () => {
  const roles = of(untouched, isRole);
  expect(without(roles, 'PermissionsBoundary', BOUNDARY)).toHaveLength(roles.length);
  const taggable = of(untouched, hasTags);
  expect(without(taggable, 'Tags', 'radiology')).toHaveLength(taggable.length);
});

test('no logical id changes unseen: for CloudFormation another id is another resource, and the one before is deleted', () => {
  // an id that is new, or gone on purpose, is a line of logical-ids.json.
  const found = Object.entries(untouched).map(([id, { Type }]) => `${id} ${Type}`);
  expect(found.sort()).toEqual([...logicalIds].sort());
});
