import { CannotSucceed } from '../../../core/delivery/failures';
import { checkMlflow, checkRepositories } from '../../../core/doctor/services';
import { checkNode, checkVersion } from '../../../core/doctor/versions';
import { HttpError } from '../../../core/http/http-error';
import { locateMlflowApp } from '../../../core/mlflow/signed-request';

const APP = locateMlflowApp('arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE');
const REPOSITORY = { url: 'https://git.example.com/team/data.git', tokenSecretArn: 'arn:secret' };

const answering = (error?: Error) => async () => {
  if (error) {
    throw error;
  }
  return [];
};

test.each<[what: string, error: Error | undefined, outcome: string, told: RegExp]>([
  ['answers', undefined, 'ok', /mlflow\.sagemaker\.us-east-1\.app\.aws answers/],
  ['refuses', new HttpError('no', { status: 403 }), 'not-checked', /see the rights/],
  ['is silent', new Error('MLflow does not answer'), 'failed', /does not answer.*check the way to/],
  ['is broken', new HttpError('MLflow answers with HTTP 500', { status: 500 }), 'failed', /500.*app-EXAMPLE/],
])('an MLflow that %s is told', async (_what, error, outcome, told) => {
  const check = await checkMlflow(APP, answering(error));
  expect([check.outcome, `${check.found} ${check.remedy}`]).toEqual([outcome, expect.stringMatching(told)]);
});

const denial = Object.assign(new Error('no'), { name: 'AccessDeniedException' });

test.each<[what: string, error: Error | undefined, outcome: string, told: RegExp]>([
  ['answers', undefined, 'ok', /answers, and takes the token/],
  [
    'has a forbidden token',
    new CannotSucceed('token-unreadable', 'no', { cause: denial }),
    'not-checked',
    /see the rights/,
  ],
  ['has no token', new CannotSucceed('token-unreadable', 'the secret holds no text'), 'failed', /no text.*put a token/],
  ['refuses its token', new CannotSucceed('git-refused', 'refuses the token'), 'failed', /refuses.*into arn:secret/],
  ['is silent', new Error('connect ECONNREFUSED'), 'failed', /ECONNREFUSED.*check the way to the Git host/],
])('a data repository that %s is told', async (_what, error, outcome, told) => {
  const [check] = await checkRepositories([REPOSITORY], () => ({ revisionsOf: answering(error) }));
  expect([check?.outcome, `${check?.found} ${check?.remedy}`]).toEqual([outcome, expect.stringMatching(told)]);
});

test('a public repository that is not there has no token to blame', async () => {
  const refused = new CannotSucceed('git-refused', 'is not there');
  const [check] = await checkRepositories([{ url: REPOSITORY.url }], () => ({ revisionsOf: answering(refused) }));
  expect(check?.remedy).not.toContain('token');
});

test('an old Node.js, and another version than the platform was deployed with, are told', () => {
  expect(checkNode('20.0.0').outcome).toBe('ok');
  expect(checkNode('18.20.0')).toMatchObject({ outcome: 'failed', remedy: 'install Node.js 20 or later' });
  expect(checkVersion('0.1.0', '0.1.0').outcome).toBe('ok');
  expect(checkVersion('0.2.0', '0.1.0')).toMatchObject({
    outcome: 'failed',
    remedy: expect.stringContaining('npx --package cdk-ml-lineage@0.1.0 ml-lineage'),
  });
});
