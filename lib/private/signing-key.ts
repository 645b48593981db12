import type { RemovalPolicy } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { ADMINISTER_SIGNING_KEY, READ_PUBLIC_KEY } from './perms';

export interface SigningKeyOptions {
  readonly description: string;
  readonly alias: string;
  readonly generation: number;
  readonly removalPolicy: RemovalPolicy;
}

/**
 * A key that only those sign with whom its own policy names.
 *
 * The usual key policy hands all actions to the account, so that any role with `kms:*` could sign; this one hands on
 * administration and the public key only.
 */
export function defineSigningKey(scope: Construct, id: string, options: SigningKeyOptions): kms.Key {
  const key = new kms.Key(scope, options.generation === 1 ? id : `${id}${options.generation}`, {
    description: options.description,
    keySpec: kms.KeySpec.ECC_NIST_P256,
    keyUsage: kms.KeyUsage.SIGN_VERIFY,
    policy: new iam.PolicyDocument({
      statements: [
        new iam.PolicyStatement({
          sid: 'AdministerAndReadPublicKey',
          principals: [new iam.AccountRootPrincipal()],
          actions: [...ADMINISTER_SIGNING_KEY, ...READ_PUBLIC_KEY],
          resources: ['*'],
        }),
      ],
    }),
    removalPolicy: options.removalPolicy,
  });
  // not the key's own: with it, a next generation would ask for a name that is still taken.
  new kms.Alias(scope, `${id}Alias`, { aliasName: `alias/${options.alias}`, targetKey: key });
  return key;
}
