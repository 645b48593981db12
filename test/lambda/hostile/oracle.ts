import { Derivation } from '../../../core/chain/derivation';
import { contract, pattern } from '../../../core/contract';
import { DATASET_MD5, type HonestEstate } from './honest-estate';
import type { Invocation } from './invocation';

const tags = contract.runTags;
const BEARS_OUT = ['verified', 'recorded'];

/**
 * Makes sure that whatever was written is true of the estate, or says that nothing could be found out: a lie may hide a
 * link, and it may be told as what somebody else claims, but it never becomes one.
 */
export function expectNothingWrong(estate: HonestEstate, { statements, mlflow, properties, sent }: Invocation): void {
  for (const statement of statements) {
    expectTrueStatement(estate, statement);
  }
  for (const { path, input } of mlflow) {
    if (path === 'runs/log-batch') {
      expect(input.run_id).toMatch(pattern('mlflowRunId'));
      expectTrueTags(
        estate,
        Object.fromEntries(input.tags.map(({ key, value }: { key: string; value: string }) => [key, value])),
      );
    } else if (path.startsWith('logged-models/')) {
      expect(path).toMatch(/^logged-models\/[A-Za-z0-9_-]{1,64}\/tags$/);
      expectTrueTags(
        estate,
        Object.fromEntries(input.tags.map(({ key, value }: { key: string; value: string }) => [key, value])),
      );
    } else if (path === 'model-versions/set-tag') {
      expectTrueTags(estate, { [input.key]: input.value });
    } else if (path === 'runs/log-inputs') {
      for (const { dataset } of input.datasets) {
        expect(JSON.parse(dataset.source)).toMatchObject({ commit: estate.dataCommit, path: 'data', md5: DATASET_MD5 });
      }
    } else {
      // a run that was left open is ended.
      expect(path).toBe('runs/update');
    }
  }
  for (const written of properties) {
    expectTrueTags(estate, written);
  }
  for (const { queueUrl, body } of sent.filter((one) => /Tagging/.test(one.queueUrl))) {
    expect(queueUrl).toMatch(/Tagging/);
    const derivation = Derivation.parse(JSON.parse(body));
    if (derivation.status !== 'unresolved') {
      expect(derivation).toMatchObject({
        dataCommit: estate.dataCommit,
        datasets: [{ path: 'data', md5: DATASET_MD5 }],
      });
    }
  }
}

function expectTrueTags({ dataCommit, jobs }: HonestEstate, written: Readonly<Record<string, string>>): void {
  expect([undefined, dataCommit]).toContain(written[tags.dataCommit]);
  expect([undefined, `data@${DATASET_MD5}`]).toContain(written[tags.dataset]);
  expect([undefined, jobs.training.arn]).toContain(written[tags.trainingJobArn]);
}

function expectTrueStatement(
  { dataCommit, dataRepository, jobs }: HonestEstate,
  { predicateType, predicate }: Invocation['statements'][number],
): void {
  const { about, data, outcome } = predicate;
  if (/\/(training|dataset)\//.test(predicateType)) {
    expect([jobs.training.arn, jobs.processing.arn]).toContain(about.arn);
    if (BEARS_OUT.includes(outcome.status)) {
      expect(data.resolution.value).toEqual({ dataRepository, dataRevision: 'honest', dataCommit });
      expect(data.datasets).toEqual([expect.objectContaining({ path: 'data', md5: DATASET_MD5 })]);
    }
  }
  for (const told of toldCommits(predicate)) {
    expect(told).toBe(dataCommit);
  }
}

/** All data commits that a statement tells as found, and not as somebody's claim. */
function toldCommits(value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  return Object.entries(value).flatMap(([key, inner]) =>
    key === 'claims' ? [] : key === 'dataCommit' && typeof inner === 'string' ? [inner] : toldCommits(inner),
  );
}
