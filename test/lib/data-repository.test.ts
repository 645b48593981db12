import { App, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import * as kms from 'aws-cdk-lib/aws-kms';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DataRepository } from '../../lib';
import { actionsOf, defineRepository, defineRole, defineStack, SECRET_ARN, statementsOf } from './definition';

test.each([
  'http://git.example.com/team/data.git',
  'https://user:token@git.example.com/team/data.git',
  'https://git.example.com',
  'https://git.example.com/team/data.git?ref=main',
  'git@git.example.com:team/data.git',
  'file:///data.git',
])('fails on the address %s', (url) => {
  expect(() => new DataRepository(defineStack(), 'Repository', { url })).toThrow(
    `url must be an https address with a lower-case host and a path, without user, query or fragment, got "${url}"; put credentials into tokenSecret`,
  );
});

test.each([
  'https://git.example.com/team/data.git',
  'https://127.0.0.1:8443/team/data',
  Token.asString({ Ref: 'Url' }),
])('takes the address %s', (url) => {
  expect(new DataRepository(defineStack(), 'Repository', { url }).url).toBe(url);
});

test('read allows exactly the one secret', () => {
  const stack = defineStack();
  defineRepository(stack).grants.read(defineRole(stack));
  const statements = statementsOf(Template.fromStack(stack), 'Grantee');
  expect(statements).toEqual([{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: SECRET_ARN }]);
});

test('read of a secret that is known by its name allows the six characters that follow the name', () => {
  const stack = defineStack();
  const tokenSecret = Secret.fromSecretNameV2(stack, 'Token', 'git-token');
  new DataRepository(stack, 'Repository', { url: 'https://git.example.com/a/b.git', tokenSecret }).grants.read(
    defineRole(stack),
  );
  const [statement] = statementsOf(Template.fromStack(stack), 'Grantee');
  expect(JSON.stringify(statement?.Resource)).toContain(':secret:git-token-??????');
});

test('read allows the key of the secret where it has one', () => {
  const stack = defineStack();
  const tokenSecret = new Secret(stack, 'Token', { encryptionKey: new kms.Key(stack, 'Key') });
  const repository = new DataRepository(stack, 'Repository', { url: 'https://git.example.com/a/b.git', tokenSecret });
  repository.grants.read(defineRole(stack));
  expect(actionsOf(statementsOf(Template.fromStack(stack), 'Grantee'))).toEqual([
    'kms:Decrypt',
    'secretsmanager:GetSecretValue',
  ]);
});

test('read of a repository at CodeCommit allows pulling from exactly that one', () => {
  const stack = defineStack();
  const url = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/radiology-data';
  new DataRepository(stack, 'Repository', { url }).grants.read(defineRole(stack));
  const [statement] = statementsOf(Template.fromStack(stack), 'Grantee');
  expect(statement).toMatchObject({ Effect: 'Allow', Action: 'codecommit:GitPull' });
  expect(JSON.stringify(statement?.Resource)).toContain(':codecommit:eu-west-1:111122223333:radiology-data"');
});

test('a repository that everybody may read needs no right', () => {
  const stack = defineStack();
  const repository = new DataRepository(stack, 'Repository', { url: 'https://git.example.com/a/b.git' });
  repository.grants.read(defineRole(stack));
  Template.fromStack(stack).resourceCountIs('AWS::IAM::Policy', 0);
});

const URL = 'https://git.example.com/a/b.git';

test.each(['', '-x', 'a b', 'a..b', 'a/', 'main.lock', 'x'.repeat(129), 'a~1'])('fails on the branch %p', (branch) => {
  expect(() => new DataRepository(defineStack(), 'Repository', { url: URL, branch })).toThrow(
    `branch must be 1 to 128 letters, digits, dots, dashes, underscores and inner slashes that Git takes as the name of a branch, got ${JSON.stringify(branch)}`,
  );
});

test.each(['main', 'data/v1.2', Token.asString({ Ref: 'Branch' })])('takes the branch %s', (branch) => {
  expect(new DataRepository(defineStack(), 'Repository', { url: URL, branch }).branch).toBe(branch);
});

test('the branch is main unless another is named', () => {
  expect(new DataRepository(defineStack(), 'Repository', { url: URL }).branch).toBe('main');
});

test('write allows the secret of the token that pushes, and read the other one', () => {
  const stack = defineStack();
  const tokenSecret = Secret.fromSecretCompleteArn(stack, 'Token', SECRET_ARN);
  const pushTokenSecret = Secret.fromSecretCompleteArn(stack, 'PushToken', SECRET_ARN.replace('token', 'push'));
  const repository = new DataRepository(stack, 'Repository', { url: URL, tokenSecret, pushTokenSecret });
  repository.grants.write(defineRole(stack));
  expect(statementsOf(Template.fromStack(stack), 'Grantee')).toEqual([
    { Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: pushTokenSecret.secretArn },
  ]);
  expect(repository.tokenSecret).toBe(tokenSecret);
});

test('without a token of its own write allows the one that reads', () => {
  const stack = defineStack();
  defineRepository(stack).grants.write(defineRole(stack));
  const [statement] = statementsOf(Template.fromStack(stack), 'Grantee');
  expect(statement?.Resource).toBe(SECRET_ARN);
});

describe('a repository at CodeCommit', () => {
  const ARN = 'arn:aws:codecommit:eu-west-1:111122223333:data';
  const KINDS: [string, (stack: Stack) => codecommit.IRepositoryRef, url: unknown, arn: unknown][] = [
    [
      'defined in the app',
      (stack) => new codecommit.Repository(stack, 'Code', { repositoryName: 'data' }),
      { 'Fn::GetAtt': ['Code5B760EEF', 'CloneUrlHttp'] },
      { 'Fn::GetAtt': ['Code5B760EEF', 'Arn'] },
    ],
    [
      'imported',
      (stack) => codecommit.Repository.fromRepositoryArn(stack, 'Code', ARN),
      { 'Fn::Join': ['', ['https://git-codecommit.eu-west-1.', { Ref: 'AWS::URLSuffix' }, '/v1/repos/data']] },
      ARN,
    ],
  ];

  test.each(KINDS)('%s is pulled from and pushed to by exactly its ARN', (_how, define, url, arn) => {
    const stack = defineStack();
    const repository = DataRepository.fromCodeCommit(stack, 'Repository', define(stack), { branch: 'data' });
    expect(repository.branch).toBe('data');
    expect(stack.resolve(repository.url)).toEqual(url);
    repository.grants.write(defineRole(stack));
    expect(statementsOf(Template.fromStack(stack), 'Grantee')).toEqual([
      { Effect: 'Allow', Action: ['codecommit:GitPull', 'codecommit:GitPush'], Resource: arn },
    ]);
  });

  test('that is a plain resource is addressed by its ARN', () => {
    const stack = defineStack();
    const resource = new codecommit.CfnRepository(stack, 'Code', { repositoryName: 'data' });
    const repository = DataRepository.fromCodeCommit(stack, 'Repository', resource);
    expect(repository.branch).toBe('main');
    expect(JSON.stringify(stack.resolve(repository.url))).toMatch(/git-codecommit\..*\/v1\/repos\//);
    repository.grants.read(defineRole(stack));
    expect(statementsOf(Template.fromStack(stack), 'Grantee')).toEqual([
      { Effect: 'Allow', Action: 'codecommit:GitPull', Resource: { 'Fn::GetAtt': ['Code', 'Arn'] } },
    ]);
  });

  test('of another stack is granted on all the same', () => {
    const app = new App();
    const defined = new codecommit.Repository(new Stack(app, 'Code'), 'Code', { repositoryName: 'data' });
    const stack = new Stack(app, 'Jobs');
    DataRepository.fromCodeCommit(stack, 'Repository', defined).grants.read(defineRole(stack));
    const [statement] = statementsOf(Template.fromStack(stack), 'Grantee');
    expect(JSON.stringify(statement?.Resource)).toContain('Fn::ImportValue');
  });

  test('fails on a branch that Git would not take', () => {
    const stack = defineStack();
    const repository = codecommit.Repository.fromRepositoryName(stack, 'Code', 'data');
    expect(() => DataRepository.fromCodeCommit(stack, 'Repository', repository, { branch: 'a b' })).toThrow(
      'got "a b"',
    );
  });

  test('known by its https address may be pushed to as well', () => {
    const stack = defineStack();
    const url = 'https://git-codecommit.eu-west-1.amazonaws.com/v1/repos/data';
    new DataRepository(stack, 'Repository', { url }).grants.write(defineRole(stack));
    const statements = statementsOf(Template.fromStack(stack), 'Grantee');
    expect(actionsOf(statements)).toEqual(['codecommit:GitPull', 'codecommit:GitPush']);
  });
});
