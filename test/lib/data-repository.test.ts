import { Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
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
