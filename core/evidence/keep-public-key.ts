import { publicKeyKey } from './chain-key';
import type { Signer } from './dsse';
import type { EvidenceWriter } from './evidence-store';
import { fingerprint, readPublicKey } from './public-keys';

/**
 * A signer that can show its public key.
 */
export interface PublicSigner extends Signer {
  readonly publicKeyPem: string;
}

/**
 * Puts the public key beside the statements, so that they can be verified when the signing key is gone. Any number of
 * writers may do so, any number of times.
 *
 * Whoever verifies takes no trust from it: the fingerprints come from elsewhere.
 */
export async function keepPublicKey(platform: string, signer: PublicSigner, writer: EvidenceWriter): Promise<void> {
  const name = publicKeyKey(platform, signer.keyid);
  const publicKey = readPublicKey(signer.publicKeyPem);
  if (!publicKey || fingerprint(publicKey) !== signer.keyid) {
    throw new Error(`the signer ${signer.keyid} shows something that is not its public key; nothing was written`);
  }
  if ((await writer.writeOnce(name, Buffer.from(signer.publicKeyPem))) === 'taken') {
    throw new Error(
      `${name} holds something that is not the public key with this fingerprint: somebody else wrote it. ` +
        'Find out who, then bring in a new signing key',
    );
  }
}
