import type { KMS } from '@aws-sdk/client-kms';
import { GetSecretValueCommand, type SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { kmsSigner } from '../kms/kms-signer';
import { type Attempt, attempt } from './attempt';
import type { Right } from './reader-policy';

/**
 * Tries the rights to read tokens of Git hosts, and the public half of the key that signs. No token is told.
 */
export function secretTries(
  secretsManager: SecretsManagerClient,
  kms: KMS,
): Readonly<Record<string, (right: Right) => Promise<Attempt>>> {
  return {
    'secretsmanager:GetSecretValue': ({ resource }) =>
      // a secret that the template knows by its name stands in policies with the six characters that are behind it.
      attempt(() => secretsManager.send(new GetSecretValueCommand({ SecretId: resource.replace(/-\?{6}$/, '') }))),
    'kms:GetPublicKey': async ({ resource }) => {
      let keyid = '';
      const tried = await attempt(async () => {
        ({ keyid } = await kmsSigner(kms, resource));
      });
      return tried.kind === 'allowed' ? { ...tried, how: `the fingerprint of this key is ${keyid}` } : tried;
    },
  };
}
