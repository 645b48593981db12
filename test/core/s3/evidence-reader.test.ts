import type { S3Client } from '@aws-sdk/client-s3';
import { appendStatement } from '../../../core/evidence/append-statement';
import type { StoredVersion } from '../../../core/evidence/evidence-store';
import { chainOfStatement } from '../../../core/evidence/statement';
import { verifyChain } from '../../../core/evidence/verify-chain';
import { s3EvidenceReader } from '../../../core/s3/evidence-reader';
import { s3EvidenceWriter } from '../../../core/s3/evidence-writer';
import { digestSigner } from '../evidence/digest-signer';
import { outcomeNumber, trainingDraft } from '../evidence/drafts';
import { LocalS3 } from './local-s3';

let local: LocalS3;
let s3: S3Client;

beforeEach(async () => {
  local = new LocalS3();
  s3 = await local.start();
});
afterEach(() => local.stop());

const reader = () => s3EvidenceReader(s3, 'evidence');

async function listed(prefix: string, after?: string) {
  const found: StoredVersion[] = [];
  for await (const version of reader().versions(prefix, after)) {
    found.push(version);
  }
  return found.map(({ key, versionId, isDeleteMarker, sizeBytes }) => ({ key, versionId, isDeleteMarker, sizeBytes }));
}

test('every version and every delete marker is listed, page by page', async () => {
  local.pageSize = 2;
  local.add('demo/a', Buffer.from('1'));
  local.add('demo/a', undefined);
  local.add('demo/a', Buffer.from('22'));
  local.add('demo/b', Buffer.from('333'));
  local.add('demo/c', Buffer.from('4444'));
  local.add('other/a', Buffer.from('1'));
  const found = await listed('demo/');
  expect([...found].sort((a, b) => (a.versionId < b.versionId ? -1 : 1))).toEqual([
    { key: 'demo/a', versionId: 'v1', isDeleteMarker: false, sizeBytes: 1 },
    { key: 'demo/a', versionId: 'v2', isDeleteMarker: true, sizeBytes: 0 },
    { key: 'demo/a', versionId: 'v3', isDeleteMarker: false, sizeBytes: 2 },
    { key: 'demo/b', versionId: 'v4', isDeleteMarker: false, sizeBytes: 3 },
    { key: 'demo/c', versionId: 'v5', isDeleteMarker: false, sizeBytes: 4 },
  ]);
  expect(found.map(({ key }) => key)).toEqual(['demo/a', 'demo/a', 'demo/a', 'demo/b', 'demo/c']);
});

test('a listing can begin behind a key', async () => {
  local.pageSize = 2;
  for (const key of ['demo/a/1', 'demo/a/2', 'demo/b/1', 'demo/c/1', 'demo/d/1']) {
    local.add(key, Buffer.from('1'));
  }
  expect((await listed('demo/', 'demo/a/~')).map(({ key }) => key)).toEqual(['demo/b/1', 'demo/c/1', 'demo/d/1']);
});

test('delete markers are listed with their keys, and not behind those of the page', async () => {
  local.add('demo/a', undefined);
  local.add('demo/b', Buffer.from('1'));
  expect((await listed('demo/')).map(({ key }) => key)).toEqual(['demo/a', 'demo/b']);
});

test('a key with characters that no statement has is listed as it is', async () => {
  local.pageSize = 1;
  const keys = ['demo/100% + more', 'demo/<Key>', 'demo/é\u0001'];
  for (const key of keys) {
    local.add(key, Buffer.from('1'));
  }
  expect((await listed('demo/')).map(({ key }) => key).sort()).toEqual([...keys].sort());
});

test('a version is read by its id, whatever came after it', async () => {
  const id = local.add('demo/a', Buffer.from('first'));
  local.add('demo/a', Buffer.from('second'));
  expect(Buffer.from((await reader().read('demo/a', id, 100)) as Uint8Array).toString()).toBe('first');
});

test('a version that is not there, and one that is too large, are told apart', async () => {
  const id = local.add('demo/a', Buffer.from('first'));
  expect(await reader().read('demo/a', 'v99', 100)).toBeUndefined();
  expect(await reader().read('demo/a', id, 4)).toBe('too-large');
});

test('a chain that is written through the client is intact when it is read through it', async () => {
  const signer = digestSigner();
  // the day on which the local S3 says that it stored everything.
  const now = () => new Date('2026-01-02T03:04:00.000Z');
  const ledger = { reader: reader(), writer: s3EvidenceWriter(s3, 'evidence'), signer, trusted: signer.trusted, now };
  await appendStatement(outcomeNumber(1), ledger);
  await appendStatement(outcomeNumber(2), ledger);
  const check = await verifyChain(chainOfStatement(trainingDraft()), reader(), signer.trusted);
  expect(check).toMatchObject({ kind: 'intact', statements: [{}, {}] });
});
