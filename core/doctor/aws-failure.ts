/**
 * A failure on the way to AWS, in words of whoever has to mend it.
 */
export interface AwsFailure {
  readonly kind: 'region' | 'credentials' | 'clock' | 'denied' | 'unreachable';
  readonly what: string;
  readonly remedy: string;
}

const SIGN_IN =
  'sign in again (aws sso login, aws login, or however your account does it) or name the profile with AWS_PROFILE';

const EXPIRED = new Set(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'TokenProviderError']);
const UNKNOWN = new Set(['InvalidAccessKeyId', 'InvalidClientTokenId', 'UnrecognizedClientException']);
const UNSIGNED = new Set(['InvalidSignatureException', 'SignatureDoesNotMatch']);
const DENIED = new Set(['AccessDenied', 'AccessDeniedException', 'AuthorizationError', 'UnauthorizedOperation']);
const UNREACHABLE = new Set(['ECONNREFUSED', 'ECONNRESET', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ETIMEDOUT']);

/**
 * Says what stands between the caller and AWS; `undefined` for what AWS itself has answered to the question.
 */
export function awsFailure(error: unknown): AwsFailure | undefined {
  if (!(error instanceof Error)) {
    return undefined;
  }
  const { name, message } = error;
  const code = codeOf(error);
  if (message === 'Region is missing') {
    return {
      kind: 'region',
      what: 'no AWS region is set',
      remedy:
        'set AWS_REGION to the region of the stack, or the region of your profile (aws configure set region <region>)',
    };
  }
  if (name === 'RequestTimeTooSkewed' || /Signature (expired|not yet current)/.test(message)) {
    return {
      kind: 'clock',
      what: 'AWS refuses the time of this machine',
      remedy: 'set the clock of this machine by a time server: a signature is good for five minutes',
    };
  }
  if (EXPIRED.has(name) || (name === 'CredentialsProviderError' && /expired/i.test(message))) {
    return { kind: 'credentials', what: 'the AWS credentials have expired', remedy: SIGN_IN };
  }
  if (name === 'CredentialsProviderError') {
    return { kind: 'credentials', what: `there are no AWS credentials: ${message}`, remedy: SIGN_IN };
  }
  if (UNKNOWN.has(name)) {
    return {
      kind: 'credentials',
      what: 'AWS does not know the access key',
      remedy: `${SIGN_IN}; a key that was deleted, or is of another partition, is not known`,
    };
  }
  if (UNSIGNED.has(name)) {
    return {
      kind: 'credentials',
      what: 'AWS does not accept the signature',
      remedy: `check the secret access key that belongs to the access key, or ${SIGN_IN}`,
    };
  }
  if (DENIED.has(name)) {
    return {
      kind: 'denied',
      what: message,
      remedy: 'ml-lineage doctor --stack <name> says which rights are missing, and prints the policy that has them',
    };
  }
  if ((code !== undefined && UNREACHABLE.has(code)) || name === 'TimeoutError') {
    return {
      kind: 'unreachable',
      what: `AWS does not answer: ${message}`,
      remedy: 'check the network, the proxy, and that the region is one that there is',
    };
  }
  return undefined;
}

/**
 * The action that IAM says it has refused, where it says so.
 */
export function deniedAction(error: Error): string | undefined {
  return /not authorized to perform:? ([a-z0-9-]+:[A-Za-z]+)/.exec(error.message)?.[1];
}

function codeOf(error: Error): string | undefined {
  const { code, cause } = error as Error & { code?: unknown };
  if (typeof code === 'string') {
    return code;
  }
  return cause instanceof Error ? codeOf(cause) : undefined;
}
