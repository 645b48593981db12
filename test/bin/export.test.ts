import { cp, mkdir, mkdtemp, readdir, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { evidenceText, statementLine } from '../../bin/evidence-text';
import { writeExport } from '../../bin/write-export';
import type { EvidenceExport } from '../../core/evidence/evidence-export';
import { resultOf } from '../../core/evidence/evidence-result';
import { exportedFolder } from '../../core/evidence/exported-source';
import { KINDS } from '../../core/evidence/incarnation';
import { openExport } from '../../core/evidence/open-export';
import { evidenceReport } from '../../core/evidence/reported-evidence';
import { verifyEvidence } from '../../core/evidence/verify-evidence';
import { attested, unresolved } from '../core/chain/training-findings';
import { CHAIN, draftOf, findingsIn, storeWith } from '../core/evidence/evidence-findings';
import type { MemoryStore } from '../core/evidence/memory-store';
import { readProjectFile } from '../project-files';

const REQUEST = {
  platform: 'demo',
  name: 'train-1',
  bucket: 'evidence',
  exportedBy: 'cdk-ml-lineage/1.2.3',
  exportedAt: new Date('2026-02-03T04:05:06.000Z'),
};
const FIRST = `${CHAIN}000001.json`;
const SECOND = `${CHAIN}000002.json`;

let folder: string;
let scratch: string;

beforeEach(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'export-'));
  folder = join(scratch, 'evidence');
});
afterEach(() => rm(scratch, { recursive: true }));

const chainOfTwo = () => storeWith(draftOf(unresolved), draftOf(attested));

async function findingsOffline(fingerprint: string) {
  return verifyEvidence('train-1', KINDS, await exportedFolder(folder, 'train-1'), [fingerprint]);
}

async function exported() {
  const world = await chainOfTwo();
  await writeExport(folder, REQUEST, world.store);
  return world;
}

async function changeList(change: (list: EvidenceExport) => void): Promise<void> {
  const path = join(folder, 'export.json');
  const list = JSON.parse(await readFile(path, 'utf8'));
  change(list);
  await writeFile(path, JSON.stringify(list));
}

test('an export says in its folder what the store says', async () => {
  const world = await exported();
  const { signer } = world;
  const [offline, online] = [await findingsOffline(signer.keyid), await findingsIn(world)];
  expect(resultOf(offline)).toBe('verified');
  expect(offline).toEqual({ ...online, exported: expect.objectContaining({ problems: [] }) });
  expect((await readdir(join(folder, 'versions'))).sort()).toEqual(['000001.json', '000002.json', '000003.pem']);
});

test('list and report of an export fit their published schemas', async () => {
  const { signer } = await exported();
  const fits = (name: string, value: unknown) =>
    z.fromJSONSchema(JSON.parse(readProjectFile(`docs/schemas/${name}.v1.json`))).safeParse(value);
  const list = JSON.parse(await readFile(join(folder, 'export.json'), 'utf8'));
  expect(fits('evidence-export', list).error?.issues ?? []).toEqual([]);
  expect(fits('evidence-export', { ...list, note: 'x' }).success).toBe(false);
  const report = JSON.parse(JSON.stringify(evidenceReport(await findingsOffline(signer.keyid))));
  expect(fits('evidence-report', report).error?.issues ?? []).toEqual([]);
  expect(fits('evidence-report', { ...report, note: 'x' }).success).toBe(false);
  expect(report).toMatchObject({
    name: 'train-1',
    result: 'verified',
    from: { exportedAt: '2026-02-03T04:05:06.000Z', problems: [] },
    chains: [{ chain: CHAIN, result: 'intact', statements: [{ statement: { predicate: { sequence: 1 } } }, {}] }],
  });
});

test.each<[what: string, code: string, tamper: (store: MemoryStore) => void]>([
  ['a byte was changed', 'bad-signature', (store) => store.replace(FIRST, changePayload)],
  ['a statement is missing', 'gap', (store) => store.erase(FIRST)],
  ['a statement was written over', 'second-version', (store) => store.overwrite(FIRST, store.bytes(SECOND))],
  ['a statement was hidden', 'delete-marker', (store) => store.deleteWithMarker(SECOND)],
  [
    'a statement was put into another place',
    'wrong-sequence',
    (store) => store.replace(SECOND, () => store.bytes(FIRST)),
  ],
  ['something else lies there', 'foreign-key', (store) => store.overwrite(`${CHAIN}../../x\n`, Buffer.from('x'))],
])('where %s in the store, the export shows it too', async (_what, code, tamper) => {
  const world = await chainOfTwo();
  tamper(world.store);
  await writeExport(folder, REQUEST, world.store);
  const [offline, online] = [await findingsOffline(world.signer.keyid), await findingsIn(world)];
  expect(resultOf(offline)).toBe('conflict');
  expect(offline.chains).toEqual(online.chains);
  expect(JSON.stringify([offline.chains, offline.foreignKeys])).toContain(code === 'foreign-key' ? '../../x' : code);
});

function changePayload(bytes: Uint8Array): Uint8Array {
  const envelope = JSON.parse(Buffer.from(bytes).toString());
  const payload = Buffer.from(envelope.payload, 'base64').toString().replace('unresolved', 'recorded__');
  return Buffer.from(JSON.stringify({ ...envelope, payload: Buffer.from(payload).toString('base64') }));
}

test('another key than the trusted one is named', async () => {
  const { signer } = await exported();
  const text = evidenceText(await findingsOffline('ab'.repeat(32)), statementLine);
  expect(text).toContain(`it names the key ${signer.keyid}, which the caller does not trust`);
});

const file = (name: string) => join(folder, 'versions', name);

test.each<[what: string, told: RegExp, tamper: () => Promise<unknown>]>([
  [
    'a statement that was changed',
    /000002\.json is not what the list says/,
    () => writeFile(file('000002.json'), '{}'),
  ],
  ['a statement that was cut', /000002\.json is not what the list says/, () => truncate(file('000002.json'), 100)],
  ['a statement that is missing', /000001\.json cannot be taken: missing/, () => rm(file('000001.json'))],
  [
    'a statement that is too large',
    /000001\.json cannot be taken: too-large/,
    () => truncate(file('000001.json'), 16777217),
  ],
  ['a key that was changed', /000003\.pem is not what the list says/, () => writeFile(file('000003.pem'), 'x')],
  [
    'a link in the place of a statement',
    /000001\.json cannot be taken: no plain file/,
    async () => {
      await rename(file('000001.json'), join(scratch, 'elsewhere'));
      await symlink(join(scratch, 'elsewhere'), file('000001.json'));
    },
  ],
  [
    'a folder in the place of a statement',
    /000001\.json cannot be taken: no plain file/,
    async () => {
      await rm(file('000001.json'));
      await mkdir(file('000001.json'));
    },
  ],
  ['a file more', /versions\/000004\.json is no part of the export/, () => writeFile(file('000004.json'), '{}')],
  ['a note beside the list', /note is no part of the export/, () => writeFile(join(folder, 'note'), '')],
])('a folder with %s is broken', async (_what, told, tamper) => {
  const { signer } = await exported();
  expect(resultOf(await findingsOffline(signer.keyid))).toBe('verified');
  await tamper();
  const findings = await findingsOffline(signer.keyid);
  expect(resultOf(findings)).toBe('conflict');
  expect(evidenceText(findings, statementLine)).toMatch(told);
});

test.each<[what: string, told: string, tamper: () => Promise<unknown>]>([
  ['without a list', 'holds no export.json (missing)', () => rm(join(folder, 'export.json'))],
  ['whose list was cut', 'is no JSON in UTF-8', () => truncate(join(folder, 'export.json'), 300)],
  ['whose list is of another kind', 'is no list of an export', () => writeFile(join(folder, 'export.json'), '{}')],
  [
    'whose list names files elsewhere',
    'is no list of an export',
    () =>
      changeList(({ versions: [version] }) => {
        Object.assign(version ?? {}, { content: { file: '../elsewhere.json', sha256: 'ab'.repeat(32) } });
      }),
  ],
  [
    'whose list names a version twice',
    'a version is listed twice',
    () => changeList(({ versions }) => versions.push(...versions.slice(0, 1))),
  ],
  ['that has lost its versions', 'versions in ', () => rm(join(folder, 'versions'), { recursive: true })],
  [
    'whose versions are a link',
    'is no folder',
    async () => {
      await cp(join(folder, 'versions'), join(scratch, 'elsewhere'), { recursive: true });
      await rm(join(folder, 'versions'), { recursive: true });
      await symlink(join(scratch, 'elsewhere'), join(folder, 'versions'));
    },
  ],
])('a folder %s is refused', async (_what, told, tamper) => {
  await exported();
  await tamper();
  await expect(openExport(folder)).rejects.toThrow(told);
});

test('a list that leaves out the last statement is not noticed, only its digest tells', async () => {
  const { signer } = await exported();
  const before = (await openExport(folder)).listSha256;
  await rm(file('000002.json'));
  await changeList((list) => {
    list.versions = list.versions.filter(({ key }) => key !== SECOND);
  });
  const findings = await findingsOffline(signer.keyid);
  expect(resultOf(findings)).toBe('not-provable');
  expect(findings.exported?.problems).toEqual([]);
  expect(findings.exported?.listSha256).not.toBe(before);
  expect(evidenceText(findings, statementLine)).toContain('the list is not signed');
});

test('an export about another name says so', async () => {
  await exported();
  await expect(exportedFolder(folder, 'train-2')).rejects.toThrow('is about train-1, not about train-2');
});

test('nothing is written into a folder that is there, and none is made where there is no evidence', async () => {
  const { store } = await chainOfTwo();
  store.overwrite('demo/keys/note', Buffer.from('x'));
  expect(await writeExport(folder, { ...REQUEST, name: 'other' }, store)).toBeUndefined();
  expect(await readdir(scratch)).toEqual([]);
  await mkdir(folder);
  await expect(writeExport(folder, REQUEST, store)).rejects.toThrow('is there already');
  expect(await readdir(folder)).toEqual([]);
  await expect(writeExport(join(folder, 'a', 'b'), REQUEST, store)).rejects.toThrow('does not exist; make it first');
});

test('an export that fails half-way leaves no folder', async () => {
  const { store } = await chainOfTwo();
  const reader = { versions: (prefix: string) => store.versions(prefix), read: async () => undefined };
  await expect(writeExport(folder, REQUEST, reader)).rejects.toThrow('S3 lists the version');
  expect(await readdir(scratch)).toEqual([]);
});

test('bytes of what is no statement and no key are not copied', async () => {
  const { store } = await chainOfTwo();
  store.overwrite(`${CHAIN}note`, Buffer.from('x'));
  store.overwrite(`demo/keys/${'ab'.repeat(32)}.pem`, Buffer.alloc(10_001));
  await writeExport(folder, REQUEST, store);
  const { list } = await openExport(folder);
  const without = list.versions.filter(({ content }) => content === null).map(({ key }) => key);
  expect(without.sort()).toEqual([`demo/keys/${'ab'.repeat(32)}.pem`, `${CHAIN}note`]);
});
