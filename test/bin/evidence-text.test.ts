import { evidenceText, statementLine } from '../../bin/evidence-text';
import { attested, COMMIT, unresolved } from '../core/chain/training-findings';
import { CHAIN, draftOf, findingsIn, storeWith } from '../core/evidence/evidence-findings';

const textOf = async (world: Parameters<typeof findingsIn>[0], name?: string) =>
  evidenceText(await findingsIn(world, name), statementLine);

test('each statement is told with what it says, and that it was verified', async () => {
  expect((await textOf(await storeWith(draftOf(unresolved), draftOf(attested)))).split('\n')).toEqual([
    'evidence         demo/training-job/train-1/20260102T030405.000Z/',
    'statement 1      unresolved, assurance configured, recorded 2026-01-02T04:00:00.000Z by cdk-ml-lineage/1.2.3',
    `statement 2      verified, assurance attested, data commit ${COMMIT}, recorded 2026-01-02T05:00:00.001Z by cdk-ml-lineage/1.2.3`,
    '                 each signature, place and link was verified',
    '',
  ]);
});

test('no evidence at all is said', async () => {
  expect(await textOf(await storeWith(), 'other')).toBe(
    'evidence         none about anything of the name other (processing job, training job, transform job, endpoint, model package)\n',
  );
});

test('what is broken is said at its key, and nothing is said to be verified', async () => {
  const world = await storeWith(draftOf(attested));
  world.store.overwrite(`${CHAIN}000001.json`, Buffer.from('{}'));
  const text = await textOf(world);
  expect(text).toMatch(/^BROKEN +second-version at demo\/training-job/m);
  expect(text).not.toContain('was verified');
});

test('a key that is not trusted is named, and whom to ask', async () => {
  const world = await storeWith(draftOf(attested));
  const { signer } = await storeWith();
  const text = await textOf({ ...world, signer });
  expect(text).toContain(`it names the key ${world.signer.keyid}, which the caller does not trust`);
  expect(text).toMatch(/trust another key only if those who run the platform name it to you/);
});

test('nothing from outside steers the terminal', async () => {
  const world = await storeWith(draftOf(attested));
  world.store.overwrite(`${CHAIN}\u001b[2J\u202e`, Buffer.from('{}'));
  const text = await textOf(world);
  expect(text).toContain('is no key of a statement');
  expect(text).not.toContain('\u001b');
  expect(text).not.toContain('\u202e');
});
