import { createHash, createHmac } from 'node:crypto';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { pattern } from '../contract';
import { basic, type GitAuthorization } from './authorization';

const SERVICE = 'codecommit';

export interface CodeCommitRepository {
  readonly host: string;
  readonly path: string;
  readonly region: string;
}

/**
 * The CodeCommit repository that an https address stands for; `undefined` if it is one of another host.
 *
 * @see https://docs.aws.amazon.com/codecommit/latest/userguide/regions.html#regions-git
 */
export function parseCodeCommitUrl(url: string): CodeCommitRepository | undefined {
  const region = pattern('codeCommitUrl').exec(url)?.[1];
  const { host, pathname } = new URL(url);
  return region === undefined ? undefined : { host, path: pathname, region };
}

/**
 * Signs in at CodeCommit with the credentials of AWS that the program has, as AWS's own helper for Git does.
 *
 * @see https://github.com/aws/git-remote-codecommit
 */
export function codeCommitAuthorization(
  repository: CodeCommitRepository,
  credentials: AwsCredentialIdentityProvider,
  now: () => Date = () => new Date(),
): GitAuthorization {
  return async () => {
    const { accessKeyId, secretAccessKey, sessionToken } = await credentials();
    const user = sessionToken ? `${accessKeyId}%${sessionToken}` : accessKeyId;
    return basic(user, signature(repository, secretAccessKey, now()));
  };
}

// the scheme is SigV4 with a method and a time format of its own, which no signer of the AWS SDK offers.
function signature({ host, path, region }: CodeCommitRepository, secretAccessKey: string, time: Date): string {
  const timestamp = time.toISOString().replace(/[-:]|\..*$/g, '');
  const date = timestamp.slice(0, 8);
  const canonicalRequest = `GIT\n${path}\n\nhost:${host}\n\nhost\n`;
  const stringToSign = [
    'AWS4-HMAC-SHA256',
    timestamp,
    `${date}/${region}/${SERVICE}/aws4_request`,
    createHash('sha256').update(canonicalRequest).digest('hex'),
  ].join('\n');
  const key = [date, region, SERVICE, 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return `${timestamp}Z${hmac(key, stringToSign).toString('hex')}`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
