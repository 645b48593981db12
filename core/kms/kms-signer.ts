import { createPublicKey } from 'node:crypto';
import type { Signer } from '../evidence/dsse';
import { fingerprint, isP256 } from '../evidence/public-keys';

/**
 * The part of KMS that signing needs, as the client of the AWS SDK has it.
 */
export interface SigningKms {
  getPublicKey(request: { KeyId: string }): Promise<{ PublicKey?: Uint8Array | undefined }>;
  sign(request: {
    KeyId: string;
    Message: Uint8Array;
    MessageType: 'DIGEST';
    SigningAlgorithm: 'ECDSA_SHA_256';
  }): Promise<{ Signature?: Uint8Array | undefined }>;
}

/**
 * A signer whose private key never leaves KMS, and its public key as it is to be kept beside the statements.
 */
export interface KmsSigner extends Signer {
  readonly publicKeyPem: string;
}

/**
 * Signs with a KMS key of the kind ECC_NIST_P256.
 *
 * KMS is sent the digest, because it takes messages of at most 4,096 bytes.
 *
 * @see https://docs.aws.amazon.com/kms/latest/APIReference/API_Sign.html
 */
export async function kmsSigner(kms: SigningKms, keyArn: string): Promise<KmsSigner> {
  const { PublicKey } = await kms.getPublicKey({ KeyId: keyArn });
  if (!PublicKey) {
    throw new Error(`KMS answered without the public key of ${keyArn}`);
  }
  const key = createPublicKey({ key: Buffer.from(PublicKey), format: 'der', type: 'spki' });
  if (!isP256(key)) {
    const found = key.asymmetricKeyDetails?.namedCurve ?? key.asymmetricKeyType;
    throw new Error(`evidence is signed with a key of the kind ECC_NIST_P256, ${keyArn} is one of ${found}`);
  }
  return {
    keyid: fingerprint(key),
    publicKeyPem: key.export({ type: 'spki', format: 'pem' }).toString(),
    async sign(digest) {
      const { Signature } = await kms.sign({
        KeyId: keyArn,
        Message: digest,
        MessageType: 'DIGEST',
        SigningAlgorithm: 'ECDSA_SHA_256',
      });
      if (!Signature) {
        throw new Error(`KMS answered without a signature by ${keyArn}`);
      }
      return Signature;
    },
  };
}
