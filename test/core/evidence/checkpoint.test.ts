import { appendStatement } from '../../../core/evidence/append-statement';
import { type ChainName, chainPrefix, statementKey } from '../../../core/evidence/chain-key';
import { checkpointDraft, headOf, verifyAgainstCheckpoint } from '../../../core/evidence/checkpoint';
import type { CheckpointPredicate } from '../../../core/evidence/checkpoint-predicate';
import { PREDICATE_TYPES } from '../../../core/evidence/predicate-types';
import { chainOfStatement, type Statement } from '../../../core/evidence/statement';
import { verifyChain } from '../../../core/evidence/verify-chain';
import { datasetDraft, from, outcomeNumber, RECORDED_BY, trainingDraft } from './drafts';
import { ledgerWith } from './ledger';

const training = chainOfStatement(trainingDraft());
const dataset = chainOfStatement(datasetDraft());
const days = { platform: 'demo', kind: 'checkpoint' } as const;

/** two chains, and a checkpoint over them. */
async function checkpointed(day = '2026-01-02') {
  const world = await ledgerWith(outcomeNumber(1), datasetDraft(), outcomeNumber(2));
  const heads = await Promise.all([training, dataset].map((chain) => headIn(world, chain)));
  const census = { value: [], ...from('sagemaker:ListTrainingJobs') };
  const draft = checkpointDraft({ platform: 'demo', recordedBy: RECORDED_BY, day, census }, heads);
  const { statement } = await appendStatement(draft, world.ledger);
  const predicate = predicateOf(statement);
  return { ...world, draft, predicate, check: () => verifyAgainstCheckpoint(predicate, world.store, world.trusted) };
}

async function headIn({ store, trusted }: Awaited<ReturnType<typeof ledgerWith>>, chain: ChainName) {
  const found = await verifyChain(chain, store, trusted);
  const last = found.kind === 'intact' ? found.statements.at(-1) : undefined;
  if (!last) {
    throw new Error(`the chain ${chainPrefix(chain)} is ${found.kind}`);
  }
  return headOf(chain, last);
}

function predicateOf(statement: Statement) {
  if (statement.predicateType !== PREDICATE_TYPES.checkpoint) {
    throw new Error(`no checkpoint: ${statement.predicateType}`);
  }
  return statement.predicate as import('zod').infer<typeof CheckpointPredicate>;
}

test('a checkpoint counts chains and statements and names where each chain ends', async () => {
  const { predicate, store } = await checkpointed();
  expect(predicate.counts).toEqual({ chains: 2, statements: 3 });
  expect(predicate.heads).toMatchObject([
    { chain: chainPrefix(dataset), sequence: 1 },
    { chain: chainPrefix(training), sequence: 2 },
  ]);
  expect(store.keys()).toContain('demo/checkpoint/000001.json');
});

test('chains that are as they were, or have grown, agree with a checkpoint', async () => {
  const { check, ledger } = await checkpointed();
  expect(await check()).toEqual({ chains: 2, problems: [] });
  await appendStatement(outcomeNumber(3), ledger);
  expect(await check()).toEqual({ chains: 2, problems: [] });
});

test('a chain that was cut at its end, intact in itself, is found', async () => {
  const { check, store, trusted } = await checkpointed();
  store.erase(statementKey(training, 2));
  expect((await verifyChain(training, store, trusted)).kind).toBe('intact');
  expect((await check()).problems).toMatchObject([{ code: 'truncated', key: chainPrefix(training) }]);
});

test('a chain that is gone altogether is found', async () => {
  const { check, store, trusted } = await checkpointed();
  store.erase(statementKey(dataset, 1));
  expect((await verifyChain(dataset, store, trusted)).kind).toBe('absent');
  expect((await check()).problems).toMatchObject([{ code: 'truncated', key: chainPrefix(dataset) }]);
});

test('a chain that was cut and grew again, signed with the true key, is found', async () => {
  const { check, store, ledger, trusted } = await checkpointed();
  store.erase(statementKey(training, 2));
  await appendStatement(outcomeNumber(7), ledger);
  expect((await verifyChain(training, store, trusted)).kind).toBe('intact');
  expect((await check()).problems).toMatchObject([{ code: 'head-differs', key: statementKey(training, 2) }]);
});

test('a chain that is broken in itself is broken against a checkpoint too', async () => {
  const { check, store } = await checkpointed();
  store.deleteWithMarker(statementKey(training, 1));
  expect((await check()).problems).toMatchObject([{ code: 'delete-marker' }]);
});

test('checkpoints make one chain, a new one each day and none twice', async () => {
  const { draft, ledger, store, trusted } = await checkpointed();
  expect(await appendStatement(draft, ledger)).toMatchObject({ isNew: false });
  const nextDay = { ...draft, predicate: { ...draft.predicate, day: '2026-01-03' } } as typeof draft;
  expect(await appendStatement(nextDay, ledger)).toMatchObject({ isNew: true });
  const found = await verifyChain(days, store, trusted);
  expect(found.kind === 'intact' && found.statements.length).toBe(2);
});

test('a platform without evidence has a checkpoint too, which says so', async () => {
  const { ledger } = await ledgerWith();
  const census = { value: [], ...from('sagemaker:ListTrainingJobs') };
  const about = { platform: 'demo', recordedBy: RECORDED_BY, day: '2026-01-02', census };
  const { statement } = await appendStatement(checkpointDraft(about, []), ledger);
  expect(predicateOf(statement)).toMatchObject({ counts: { chains: 0, statements: 0 }, heads: [] });
});
