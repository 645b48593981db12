import { statementTree } from '../../bin/statement-text';
import { appendStatement } from '../../core/evidence/append-statement';
import { chainOfStatement, type Draft } from '../../core/evidence/statement';
import { verifyChain } from '../../core/evidence/verify-chain';
import { attested, COMMIT, NOW, unresolved } from '../core/chain/training-findings';
import { datasetDraft, deploymentDraft, trainingDraft } from '../core/evidence/drafts';
import { draftOf } from '../core/evidence/evidence-findings';
import { newLedger } from '../core/evidence/ledger';

async function storedStatement(draft: Draft) {
  const { store, ledger, trusted } = newLedger();
  await appendStatement(draft, ledger);
  const check = await verifyChain(chainOfStatement(draft), store, trusted);
  const [stored] = check.kind === 'intact' ? check.statements : [];
  if (!stored) {
    throw new Error(`the statement does not verify: ${JSON.stringify(check)}`);
  }
  return stored;
}

function leavesOf(value: unknown): string[] {
  return typeof value === 'object' && value !== null
    ? Object.values(value).flatMap(leavesOf)
    : [value].filter((leaf) => typeof leaf === 'string' || typeof leaf === 'number').map(String);
}

test.each<[string, Draft]>([
  ['dataset', datasetDraft()],
  ['training', draftOf(attested)],
  ['training without data', draftOf(unresolved)],
  ['deployment', deploymentDraft()],
])('everything that a %s statement says is told, every source and time with it', async (_kind, draft) => {
  const { statement, ...stored } = await storedStatement(draft);
  const text = statementTree({ statement, ...stored }).join('\n');
  const leaves = leavesOf(statement.predicate);
  expect(leaves.length).toBeGreaterThan(20);
  expect(leaves.filter((leaf) => !text.includes(leaf))).toEqual([]);
  expect(text).toContain(stored.keyid);
  expect(text).toContain(stored.versionId);
});

test('a fact is told with its source and time, a check with what it came to', async () => {
  const lines = statementTree(await storedStatement(trainingDraft()));
  expect(lines).toEqual(
    expect.arrayContaining([
      'statement 1',
      '  recorded           2026-01-02T04:00:00.000Z by cdk-ml-lineage/0.1.0 of the platform demo',
      '  follows            none, it is the first',
      '  compared',
      '    revision-target    agrees (git:ls-refs, 2026-01-02T03:30:00.000Z)',
      '  claims             none',
      '  outcome',
      '    status             recorded',
      '    not compared       file-contents, script-input',
      '  configuration      (sagemaker:DescribeTrainingJob, 2026-01-02T03:30:00.000Z)',
      '    role arn           arn:aws:iam::111122223333:role/training',
      '  runs               none (mlflow:search-runs, 2026-01-02T03:30:00.000Z)',
    ]),
  );
});

test('a claim is told with what it was compared with', async () => {
  const lines = statementTree(await storedStatement(draftOf(unresolved)));
  expect(lines).toContain(
    `    data-commit        ${COMMIT} on the run one (claimed by run, ${NOW.toISOString()}) DIFFERS from what was derived: nothing`,
  );
  expect(lines).toContain(`    run-claims         DIFFERS (mlflow:search-runs, ${NOW.toISOString()})`);
});

test('nothing from outside steers the terminal, or makes lines of its own', async () => {
  const draft = trainingDraft();
  draft.predicate.runs = {
    ...draft.predicate.runs,
    value: [
      {
        runId: 'one',
        parameters: { named: [{ name: 'note', value: 'x\u00ad  status  verified' }], others: [], omitted: 0 },
        metrics: { named: [], others: [], omitted: 0 },
      },
    ],
  };
  const lines = statementTree(await storedStatement(draft));
  expect(lines.filter((line) => line.includes('status  verified'))).toEqual([expect.stringContaining('x\ufffd')]);
});
