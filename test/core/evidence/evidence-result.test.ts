import type { Derivation } from '../../../core/chain/derivation';
import { resultOf } from '../../../core/evidence/evidence-result';
import type { Draft } from '../../../core/evidence/statement';
import { attested, derivation, unresolved } from '../chain/training-findings';
import { deploymentDraft } from './drafts';
import { CHAIN, draftOf, findingsIn, storeWith } from './evidence-findings';

test.each<[what: string, drafts: Derivation[], result: string]>([
  ['whose last statement is verified', [unresolved, attested], 'verified'],
  ['whose last statement is recorded', [attested, derivation], 'not-provable'],
  ['whose last statement is unresolved', [unresolved], 'not-provable'],
  ['without a statement', [], 'not-provable'],
])('evidence %s comes to its result', async (_what, drafts, result) => {
  expect(resultOf(await findingsIn(await storeWith(...drafts.map(draftOf))))).toBe(result);
});

test('of things of two kinds with one name, the worse one counts', async () => {
  const deployment = deploymentDraft();
  deployment.predicate.about = {
    ...deployment.predicate.about,
    name: 'train-1',
    arn: deployment.predicate.about.arn.replace('fraud', 'train-1'),
  };
  const results = async (...drafts: Draft[]) => resultOf(await findingsIn(await storeWith(...drafts)));
  expect(await results(draftOf(attested))).toBe('verified');
  expect(await results(draftOf(attested), deployment)).toBe('not-provable');
  const reasons = [{ code: 'model-bytes-differ' as const, explanation: 'two digests' }];
  const outcome = { status: 'conflict' as const, assurance: 'configured' as const, reasons, notCompared: [] };
  const disputed = { ...deployment, predicate: { ...deployment.predicate, outcome } };
  expect(await results(draftOf(attested), disputed)).toBe('conflict');
});

test('one broken chain is a conflict, however good the newest one is', async () => {
  const world = await storeWith(draftOf(attested));
  world.store.overwrite('demo/training-job/train-1/20250102T030405.000Z/000001.json', Buffer.from('{}'));
  expect(resultOf(await findingsIn(world))).toBe('conflict');
});

test('a key that somebody else wrote is a conflict', async () => {
  const world = await storeWith(draftOf(attested));
  world.store.overwrite(`${CHAIN}note`, Buffer.from('{}'));
  expect(resultOf(await findingsIn(world))).toBe('conflict');
});

test('a key that is not trusted makes a conflict of the best evidence', async () => {
  const world = await storeWith(draftOf(attested));
  const other = await storeWith();
  expect(resultOf(await findingsIn({ ...world, signer: other.signer }))).toBe('conflict');
});
