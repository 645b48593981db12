import { S3Client } from '@aws-sdk/client-s3';
import {
  type AwsCredentialsProvider,
  type Platform,
  readPlatform,
  trace,
  verifyEvidence,
  verifyExportedEvidence,
} from '../../../core';
import { OneStack, OUTPUTS } from './cloudformation';

const FINGERPRINT = 'ab'.repeat(32);
const access = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDAUDITOR', secretAccessKey: 'secret', sessionToken: 'token' },
};

let stack: OneStack | undefined;

async function withStack(outputs = OUTPUTS): Promise<OneStack> {
  stack = await OneStack.start('known', outputs);
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = stack.endpoint;
  return stack;
}

afterEach(async () => {
  delete process.env.AWS_ENDPOINT_URL_CLOUDFORMATION;
  await stack?.stop();
  stack = undefined;
});

test('a platform is read from its stack, with the given credentials in the given region', async () => {
  const { authorizations } = await withStack();
  await expect(readPlatform('known', access)).resolves.toEqual({
    stackName: 'known',
    name: 'demo',
    account: '111122223333',
    region: 'eu-west-1',
  });
  expect(authorizations).toEqual([expect.stringContaining('Credential=AKIDAUDITOR/')]);
  expect(authorizations[0]).toContain('/eu-west-1/cloudformation/');
});

test('a provider of credentials is asked, as those of the AWS SDK are', async () => {
  const { authorizations } = await withStack();
  const asked: AwsCredentialsProvider = new S3Client(access).config.credentials;
  await readPlatform('known', { region: 'eu-west-1', credentials: asked });
  expect(authorizations).toEqual([expect.stringContaining('Credential=AKIDAUDITOR/')]);
});

test.each<[what: string, stackName: string, code: string]>([
  ['is not there', 'other', 'stack-not-found'],
  ['has no name that a stack can have', 'a stack', 'invalid-argument'],
])('a stack that %s is told', async (_what, stackName, code) => {
  await withStack();
  await expect(readPlatform(stackName, access)).rejects.toMatchObject({ name: 'LineageError', code });
});

test('a stack without the outputs of a platform is told', async () => {
  await withStack({});
  await expect(readPlatform('known', access)).rejects.toMatchObject({ code: 'stack-without-platform' });
});

test('what CloudFormation answers is told as it is, where nobody answers', async () => {
  const { endpoint } = await withStack();
  await stack?.stop();
  stack = undefined;
  process.env.AWS_ENDPOINT_URL_CLOUDFORMATION = endpoint;
  await expect(readPlatform('known', access)).rejects.toThrow(/ECONNREFUSED/);
});

test.each<[what: string, ask: (platform: Platform) => Promise<unknown>, code: string, told: RegExp]>([
  ['a subject that is none', (p) => trace(p, 'x y'), 'invalid-argument', /^subject must be one of .*; got "x y"$/],
  ['no subject', (p) => trace(p, undefined as never), 'invalid-argument', /; got undefined$/],
  [
    'a subject of another account',
    (p) => trace(p, 'arn:aws:sagemaker:eu-west-1:444455556666:endpoint/serving'),
    'subject-elsewhere',
    /^subject is of "arn:aws:sagemaker:eu-west-1:444455556666", and the platform of arn:.*:111122223333; /,
  ],
  ['a count that is none', (p) => trace(p, 'model/m', { objects: 1.5 }), 'invalid-argument', /^objects must .* "1.5"$/],
  ['a negative count', (p) => trace(p, 'model/m', { objects: -1 }), 'invalid-argument', /^objects must match/],
  ['a key that is none', (p) => trace(p, 'model/m', { trust: ['all'] }), 'invalid-argument', /^each of trust must/],
  ['keys that are no array', (p) => trace(p, 'model/m', { trust: FINGERPRINT as never }), 'invalid-argument', /^trust/],
  [
    'a name that is none',
    (p) => verifyEvidence(p, '../x', { trust: [FINGERPRINT] }),
    'invalid-argument',
    /^name must match .* got "\.\.\/x"$/,
  ],
  [
    'evidence without a trusted key',
    (p) => verifyEvidence(p, 'train-1', { trust: [] }),
    'invalid-argument',
    /^trust must name at least one fingerprint, got none$/,
  ],
  [
    'evidence of a kind that is none',
    (p) => verifyEvidence(p, 'train-1', { trust: [FINGERPRINT], kinds: ['job' as never] }),
    'invalid-argument',
    /^kinds must be some of .*; got \["job"\]$/,
  ],
  [
    'evidence of no kind',
    (p) => verifyEvidence(p, 'train-1', { trust: [FINGERPRINT], kinds: [] }),
    'invalid-argument',
    /^kinds must be some of/,
  ],
  [
    'a folder that is no export',
    () => verifyExportedEvidence(__dirname, 'train-1', { trust: [FINGERPRINT] }),
    'not-an-export',
    /holds no export\.json/,
  ],
])('%s is refused, and nobody is asked', async (_what, ask, code, told) => {
  const { authorizations } = await withStack();
  const platform = await readPlatform('known', access);
  await expect(ask(platform)).rejects.toMatchObject({
    name: 'LineageError',
    code,
    message: expect.stringMatching(told),
  });
  expect(authorizations).toHaveLength(1);
});

test('a platform that nobody has read is refused', async () => {
  const made: Platform = { stackName: 'known', name: 'demo', account: '111122223333', region: 'eu-west-1' };
  await expect(trace(made, 'model/m')).rejects.toMatchObject({ code: 'invalid-argument' });
  await expect(verifyEvidence(made, 'train-1', { trust: [FINGERPRINT] })).rejects.toThrow(/readPlatform\(\)/);
});
