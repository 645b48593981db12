import type { S3Client } from '@aws-sdk/client-s3';
import type { TrainingDraft } from '../../../core/chain/training-draft';
import { trustKeys } from '../../../core/evidence/public-keys';
import { chainOfStatement } from '../../../core/evidence/statement';
import { verifyChain } from '../../../core/evidence/verify-chain';
import { s3EvidenceReader } from '../../../core/s3/evidence-reader';
import { evidenceRecorder } from '../../../lambda/run-tagger/evidence-recorder';
import { type DigestSigner, digestSigner } from '../../core/evidence/digest-signer';
import { outcomeNumber } from '../../core/evidence/drafts';
import { LocalS3 } from '../../core/s3/local-s3';

const BUCKET = 'evidence';
const [first, second] = [digestSigner(), digestSigner()];
let local: LocalS3;
let s3: S3Client;

// the local S3 has one date for everything; timers stay real, or no request would ever end.
beforeAll(() => {
  jest.useFakeTimers({
    now: new Date('2026-01-02T03:04:05.000Z'),
    doNotFake: ['nextTick', 'performance', 'queueMicrotask', 'setImmediate', 'setInterval', 'setTimeout'],
  });
});
afterAll(() => void jest.useRealTimers());
beforeEach(async () => {
  local = new LocalS3();
  s3 = await local.start();
});
afterEach(() => local.stop());

function kmsWith(signer: DigestSigner) {
  return {
    getPublicKey: async () => ({ PublicKey: signer.publicKey.export({ type: 'spki', format: 'der' }) }),
    sign: async ({ Message }: { Message: Uint8Array }) => ({ Signature: await signer.sign(Message) }),
  };
}

function record(number: number, signer: DigestSigner, previousKeyFingerprints: string[] = []) {
  const access = { s3, bucket: BUCKET, kms: kmsWith(signer), signingKeyArn: 'arn', previousKeyFingerprints };
  return evidenceRecorder('demo', access).record(outcomeNumber(number) as TrainingDraft);
}

test('a chain goes on under the next signing key where the key before is named', async () => {
  const one = await record(1, first);
  const two = await record(2, second, [first.keyid]);
  expect(two.statement.predicate).toMatchObject({ sequence: 2, previous: one.sha256 });
  const trusted = trustKeys([first.pem, second.pem], [first.keyid, second.keyid]);
  const check = await verifyChain(chainOfStatement(outcomeNumber(1)), s3EvidenceReader(s3, BUCKET), trusted);
  expect(check).toMatchObject({ kind: 'intact', statements: [{ keyid: first.keyid }, { keyid: second.keyid }] });
});

test('a chain is left alone where the key before is not named, and what to do is said', async () => {
  await record(1, first);
  const failure = await record(2, second).catch((error) => error);
  expect(failure).toMatchObject({ reason: 'evidence-broken' });
  expect(failure.message).toContain('untrusted-key at demo/training-job/train-1/20260102T030405.000Z/000001.json');
  expect(failure.message).toContain(`it names the key ${first.keyid}`);
  expect(failure.message).toContain('add it to previousKeyFingerprints of the EvidenceStore');
});

test('a key that lies beside the statements is not believed for that', async () => {
  const forger = digestSigner();
  await record(1, forger);
  await expect(record(2, second, [first.keyid])).rejects.toMatchObject({ reason: 'evidence-broken' });
});
