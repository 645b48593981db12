import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CannotSucceed } from '../delivery/failures';

/**
 * Reads the text of a secret.
 */
export type SecretReader = (arn: string) => Promise<string>;

// nobody mends these by waiting.
const HOPELESS = new Set([
  'AccessDeniedException',
  'ResourceNotFoundException',
  'InvalidRequestException',
  'DecryptionFailure',
]);

/**
 * Reads secrets anew each time, so that a token that was changed works at once.
 */
export function secretReader(secretsManager: SecretsManagerClient): SecretReader {
  return async (arn) => {
    const text = await read(secretsManager, arn);
    if (!text) {
      throw new CannotSucceed(
        'token-unreadable',
        `the secret ${arn} holds no text; put the token into it as plain text`,
      );
    }
    return text;
  };
}

async function read(secretsManager: SecretsManagerClient, arn: string): Promise<string | undefined> {
  try {
    const { SecretString } = await secretsManager.send(new GetSecretValueCommand({ SecretId: arn }));
    return SecretString?.trim();
  } catch (error) {
    if (error instanceof Error && HOPELESS.has(error.name)) {
      throw new CannotSucceed('token-unreadable', `the secret ${arn} cannot be read: ${error.message}`, {
        cause: error,
      });
    }
    throw error;
  }
}
