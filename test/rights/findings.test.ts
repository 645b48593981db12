import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { arnOf, type Resources } from '../lib/concrete-template';
import { templateOf } from '../lib/definition';
import { findingsOf } from './findings';
import type { RecordedCall } from './recorded-calls';

const OBJECT = 'arn:aws:s3:::data/dvc/x';
const NOTHING = { refused: [], notGranted: [], unused: [], arguedInVain: [] };

const resources: Resources = templateOf((stack: Stack) => {
  const role = new iam.Role(stack, 'Job', { assumedBy: new iam.ServicePrincipal('sagemaker.amazonaws.com') });
  const allow = (actions: string[], resources: string[], conditions = {}) =>
    role.addToPolicy(new iam.PolicyStatement({ actions, resources, conditions }));
  allow(['s3:GetObject'], ['arn:aws:s3:::data/dvc/*']);
  allow(['s3:ListBucket'], ['arn:aws:s3:::data'], { StringLike: { 's3:prefix': 'dvc/*' } });
}).toJSON().Resources;
const [id = ''] = Object.keys(resources).filter((name) => resources[name]?.Type === 'AWS::IAM::Role');

const call = (action: string, resource: string, more: Partial<RecordedCall> = {}): RecordedCall => ({
  role: arnOf(resources, id),
  action,
  resource,
  context: {},
  allowed: true,
  ...more,
});
const READ = call('s3:GetObject', OBJECT);
const LIST = call('s3:ListBucket', 'arn:aws:s3:::data', { context: { 's3:prefix': 'dvc/files' } });

test('a role that did what it may do, and all of it, is in order', async () => {
  await expect(findingsOf(resources, [READ, LIST], [])).resolves.toEqual(NOTHING);
});

test.each([
  ['on another resource', call('s3:GetObject', 'arn:aws:s3:::data/other/x')],
  ['of another action', call('s3:PutObject', OBJECT)],
  ['with other context', { ...LIST, context: { 's3:prefix': 'other/' } }],
])('control: a call %s than is granted is found', async (_what, stray) => {
  const { notGranted, ...others } = await findingsOf(resources, [READ, LIST, stray], []);
  expect(notGranted).toEqual([`${id} ${stray.action} on ${stray.resource}`]);
  expect(others).toMatchObject({ refused: [], unused: [] });
});

test('control: a call that was refused is found', async () => {
  const refused = call('s3:PutObject', OBJECT, { allowed: false });
  await expect(findingsOf(resources, [READ, LIST, refused], [])).resolves.toEqual({
    ...NOTHING,
    refused: [`${id} s3:PutObject on ${OBJECT}`],
  });
});

test('control: a right that was never used is found, unless somebody argues for it', async () => {
  await expect(findingsOf(resources, [READ], [])).resolves.toEqual({ ...NOTHING, unused: [`${id} s3:ListBucket`] });
  const argued = { role: /^Job/, actions: ['s3:ListBucket'], reason: 'for a test' };
  await expect(findingsOf(resources, [READ], [argued])).resolves.toEqual(NOTHING);
});

test('control: the calls of somebody else use no right', async () => {
  const others = [READ, LIST].map((made) => ({ ...made, role: 'arn:aws:iam::111122223333:role/Other' }));
  const { unused } = await findingsOf(resources, others, []);
  expect(unused).toEqual([`${id} s3:GetObject`, `${id} s3:ListBucket`]);
});

test.each([
  ['used after all', /^Job/, 's3:GetObject', 'did'],
  ['not granted', /^Job/, 's3:PutObject', 'nobody may'],
  ['of no role', /^Other/, 's3:ListBucket', 'nobody may'],
])('control: an argument for a right that is %s is found', async (_what, role, action, problem) => {
  const { arguedInVain } = await findingsOf(resources, [READ], [{ role, actions: [action], reason: 'for a test' }]);
  expect(arguedInVain).toEqual([expect.stringContaining(problem)]);
});
