import { awsFailure, deniedAction } from '../../../core/doctor/aws-failure';

const error = (name: string, message = 'said so', more: object = {}) =>
  Object.assign(new Error(message), { name, ...more });

test.each<[what: string, thrown: Error, kind: string, told: RegExp]>([
  ['no region', error('Error', 'Region is missing'), 'region', /AWS_REGION/],
  [
    'no credentials',
    error('CredentialsProviderError', 'Could not load credentials from any providers'),
    'credentials',
    /sign in/,
  ],
  [
    'a single sign-on that has expired',
    error('CredentialsProviderError', 'The SSO session has expired'),
    'credentials',
    /expired.*sign in/,
  ],
  ['a session that has expired', error('ExpiredToken'), 'credentials', /expired.*sign in/],
  ['an unknown key', error('InvalidClientTokenId'), 'credentials', /does not know the access key/],
  ['a wrong secret', error('SignatureDoesNotMatch'), 'credentials', /secret access key/],
  ['another time', error('RequestTimeTooSkewed'), 'clock', /clock/],
  [
    'a signature from yesterday',
    error('SignatureDoesNotMatch', 'Signature expired: 1 is now earlier than 2'),
    'clock',
    /clock/,
  ],
  ['a denial', error('AccessDenied', 'you may not'), 'denied', /you may not.*doctor/],
  ['an unknown host', error('Error', 'getaddrinfo', { code: 'ENOTFOUND' }), 'unreachable', /network/],
  [
    'a host that fails below',
    error('Error', 'failed', { cause: error('Error', 'x', { code: 'ECONNREFUSED' }) }),
    'unreachable',
    /network/,
  ],
  ['a host that is silent', error('TimeoutError'), 'unreachable', /network/],
])('%s is told with what to do about it', (_what, thrown, kind, told) => {
  const failure = awsFailure(thrown);
  expect(failure?.kind).toBe(kind);
  expect(`${failure?.what} ${failure?.remedy}`).toMatch(told);
});

test.each([error('ValidationError'), error('Error'), 'text', undefined])(
  'control: what is no failure on the way to AWS is none: %s',
  (thrown) => {
    expect(awsFailure(thrown)).toBeUndefined();
  },
);

test('the action that IAM has refused is told where IAM says it', () => {
  const message = 'User: arn:aws:sts::1:x is not authorized to perform: kms:Decrypt on resource: arn because no';
  expect(deniedAction(error('AccessDenied', message))).toBe('kms:Decrypt');
  expect(deniedAction(error('AccessDenied', 'Access Denied'))).toBeUndefined();
});
