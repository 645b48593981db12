import { contract } from '../../../core/contract';
import { appendStatement } from '../../../core/evidence/append-statement';
import { checkpointDraft } from '../../../core/evidence/checkpoint';
import { loggedValueDigest } from '../../../core/evidence/told';
import { census, data, from, RECORDED_BY, SHA, trainingDraft } from './drafts';
import { newLedger } from './ledger';

const { limits } = contract;
const many = <T>(count: number, make: (index: number) => T) => Array.from({ length: count }, (_, index) => make(index));
const wide = (length: number, index: number) => `${index}`.padEnd(length, '€');

test('the largest training statement that the schema allows can be stored', async () => {
  const values = (run: number) => ({
    named: many(limits.evidenceValuesInClear, (index) => ({
      name: wide(250, index),
      value: wide(limits.evidenceValueCharacters, index),
    })),
    others: many(limits.evidenceValueDigests, (index) => loggedValueDigest(`${run}`, `${index}`)),
    omitted: 0,
  });
  const [dataset] = data.datasets;
  const draft = trainingDraft({
    data: {
      ...data,
      datasets: many(limits.dvcFiles, (index) => ({
        ...(dataset as NonNullable<typeof dataset>),
        path: wide(1024, index),
        tree: { value: { sha256: SHA }, source: { claimedBy: 'job' as const }, at: from('s3:GetObject').at },
      })),
    },
    claims: many(limits.evidenceClaims, (index) => ({
      claimed: 'dataset' as const,
      said: { value: wide(1100, index) },
      derived: wide(1100, index),
      agrees: true,
      ...from('mlflow:get-run'),
    })),
    runs: {
      value: many(limits.runsPerJob, (index) => ({
        runId: `run${index}`,
        parameters: values(index),
        metrics: values(-index),
      })),
      ...from('mlflow:search-runs'),
    },
  });
  const { ledger, store } = newLedger();
  const { key } = await appendStatement(draft, ledger);
  expect(store.bytes(key).length).toBeGreaterThan(limits.evidenceEnvelopeBytes / 4);
});

test('a checkpoint over as many chains as there may be can be stored', async () => {
  const bytesOver = async (count: number) => {
    const heads = many(count, (index) => ({
      chain: `demo-${'x'.repeat(27)}/processing-job/${`${index}`.padEnd(63, 'x')}/20260102T030405.000Z/`,
      sequence: 999_999,
      sha256: SHA,
    }));
    const problems = many(limits.evidenceCheckpointProblems + 1, (index) => ({
      code: 'foreign-key' as const,
      key: wide(1024, index),
      explanation: wide(limits.evidenceExplanationCharacters, index),
    }));
    const { ledger, store } = newLedger();
    const about = { platform: `demo-${'x'.repeat(27)}`, recordedBy: RECORDED_BY, day: '2026-01-02', census: census() };
    const { key } = await appendStatement(checkpointDraft(about, { heads, problems }), ledger);
    return store.bytes(key).length;
  };
  // all heads are equally long, so that two sizes tell the size of the largest without making it.
  const [none, thousand] = [await bytesOver(0), await bytesOver(1000)];
  const largest = none + ((thousand - none) / 1000) * limits.evidenceChains;
  expect(largest).toBeLessThan(limits.evidenceCheckpointBytes);
  expect(largest).toBeGreaterThan(limits.evidenceCheckpointBytes / 4);
});
