import { readFileSync } from 'node:fs';
import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { appendStatement } from '../../../core/evidence/append-statement';
import { keepPublicKey } from '../../../core/evidence/keep-public-key';
import { trustKeys } from '../../../core/evidence/public-keys';
import { chainOfStatement } from '../../../core/evidence/statement';
import { verifyChain } from '../../../core/evidence/verify-chain';
import { kmsSigner } from '../../../core/kms/kms-signer';
import { s3EvidenceReader } from '../../../core/s3/evidence-reader';
import { s3EvidenceWriter } from '../../../core/s3/evidence-writer';
import { outcomeNumber } from '../../core/evidence/drafts';

interface User {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken: string;
}

interface Request {
  readonly bucket: string;
  readonly key: string;
  readonly writer: User;
  readonly reader: User;
}

/**
 * Our own code, with the rights of the roles: what one writes, the other verifies. Answers what the reader found.
 */
async function appendAndVerify({ bucket, key, writer, reader }: Request): Promise<unknown> {
  const s3 = (credentials: User) => new S3Client({ credentials, forcePathStyle: true });
  const signer = await kmsSigner(new KMS({ credentials: writer }), key);
  const trusted = trustKeys([signer.publicKeyPem], [signer.keyid]);
  const store = s3EvidenceWriter(s3(writer), bucket);
  const ledger = {
    reader: s3EvidenceReader(s3(writer), bucket),
    writer: store,
    signer,
    trusted,
    now: () => new Date(),
  };
  await keepPublicKey('demo', signer, store);
  await keepPublicKey('demo', signer, store);
  const drafts = [1, 2, 3].map(outcomeNumber);
  const keys: string[] = [];
  for (const draft of drafts) {
    keys.push((await appendStatement(draft, ledger)).key);
  }
  const check = await verifyChain(
    chainOfStatement(drafts[0] as (typeof drafts)[number]),
    s3EvidenceReader(s3(reader), bucket),
    trusted,
  );
  return { kind: check.kind, keys, fingerprint: signer.keyid, found: 'statements' in check && check.statements.length };
}

appendAndVerify(JSON.parse(readFileSync(0, 'utf8'))).then(
  (answer) => process.stdout.write(JSON.stringify(answer)),
  (error) => {
    console.error(error);
    process.exitCode = 1;
  },
);
