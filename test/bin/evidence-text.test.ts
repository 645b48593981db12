import { type EvidenceFindings, evidenceExitCode, evidenceText } from '../../bin/evidence-text';
import type { Derivation } from '../../core/chain/derivation';
import { claimsOf } from '../../core/chain/run-claims';
import { trainingDraft } from '../../core/chain/training-draft';
import { chainOfStatement } from '../../core/evidence/statement';
import { verifyChain } from '../../core/evidence/verify-chain';
import {
  attested,
  COMMIT,
  derivation,
  dvcDataset,
  firstSeen,
  job,
  model,
  NOW,
  run,
  unresolved,
} from '../core/chain/training-findings';
import { ledgerWith } from '../core/evidence/ledger';

function draftOf(of: Derivation) {
  const runs = [run('one', { datasets: [dvcDataset()] })];
  const claims = runs.flatMap((item) => claimsOf(item, of, NOW));
  return trainingDraft({
    derivation: of,
    job,
    runs,
    claims,
    model,
    firstSeen,
    at: NOW,
    recordedBy: 'cdk-ml-lineage/1.2.3',
  });
}

async function findingsOf(...drafts: ReturnType<typeof draftOf>[]): Promise<EvidenceFindings> {
  const { store, trusted } = await ledgerWith(...drafts);
  const chain = chainOfStatement(draftOf(derivation));
  return {
    jobName: 'train-1',
    chains: [{ chain, check: await verifyChain(chain, store, trusted) }],
    foreignKeys: [],
  };
}

test('each statement is told with what it says, and that it was verified', async () => {
  expect(evidenceText(await findingsOf(draftOf(unresolved), draftOf(attested))).split('\n')).toEqual([
    'evidence         demo/training-job/train-1/20260102T030405.000Z/',
    'statement 1      unresolved, assurance configured, recorded 2026-01-02T04:00:00.000Z by cdk-ml-lineage/1.2.3',
    `statement 2      verified, assurance attested, data commit ${COMMIT}, recorded 2026-01-02T05:00:00.001Z by cdk-ml-lineage/1.2.3`,
    '                 each signature, place and link was verified',
    '',
  ]);
});

test.each<[what: string, drafts: Derivation[], exitCode: number]>([
  ['whose last statement is verified', [unresolved, attested], 0],
  ['whose last statement is recorded', [attested, derivation], 2],
  ['whose last statement is unresolved', [unresolved], 2],
  ['without a statement', [], 2],
])('evidence %s ends with its exit code', async (_what, drafts, exitCode) => {
  expect(evidenceExitCode(await findingsOf(...drafts.map(draftOf)))).toBe(exitCode);
});

test('no evidence at all is not provable, and is said', () => {
  const none = { jobName: 'train-1', chains: [], foreignKeys: [] };
  expect(evidenceExitCode(none)).toBe(2);
  expect(evidenceText(none)).toBe('evidence         none about a training job train-1\n');
});

test('one broken chain is a conflict, however good the newest one is', async () => {
  const { store, trusted } = await ledgerWith(draftOf(attested));
  const chain = chainOfStatement(draftOf(attested));
  store.overwrite('demo/training-job/train-1/20260102T030405.000Z/000001.json', Buffer.from('{}'));
  const good = await findingsOf(draftOf(attested));
  const findings = { ...good, chains: [{ chain, check: await verifyChain(chain, store, trusted) }, ...good.chains] };
  expect(evidenceExitCode(findings)).toBe(1);
  expect(evidenceText(findings)).toMatch(/^BROKEN +second-version at demo\/training-job/m);
});

test('a key that somebody else wrote is a conflict', async () => {
  const findings = { ...(await findingsOf(draftOf(attested))), foreignKeys: ['demo/training-job/train-1/\u001b[2J'] };
  expect(evidenceExitCode(findings)).toBe(1);
  expect(evidenceText(findings)).not.toContain('\u001b');
});
