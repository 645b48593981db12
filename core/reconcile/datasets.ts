import { addressOf } from '../chain/run-tags';
import { checkDataset } from '../dvc/dataset-check';
import { readLastStatement } from '../evidence/chain-ends';
import { chainPrefix, parseStatementKey } from '../evidence/chain-key';
import type { IncarnationChain } from '../evidence/find-chains';
import type { ResolvedDataset } from '../evidence/resolved-data';
import type { Statement } from '../evidence/statement';
import { chainPage } from './chain-pages';
import type { Estate } from './estate';
import { type Finding, type Gap, SOUND } from './gap';
import type { Page, Phase } from './phase';
import { isInWindow, isTooRecent, type Walk, type Window } from './walk';

/**
 * Datasets that were stated, and whose objects went missing or were written again. Each dataset is checked once.
 */
export const datasets: Phase<IncarnationChain> = { list: listChains, key: chainPrefix, look: lookAtChain };

// first the statements about datasets themselves, then those about trainings that cite none.
async function listChains(walk: Walk, estate: Estate): Promise<Page<IncarnationChain>> {
  const trainings = `${estate.platform}/training-job/`;
  if (walk.page?.startsWith(trainings)) {
    return chainPage('training-job', walk, estate, walk.page === trainings ? undefined : walk.page);
  }
  const page = await chainPage('processing-job', walk, estate, walk.page);
  return { items: page.items, next: page.next ?? trainings };
}

async function lookAtChain(chain: IncarnationChain, walk: Walk, estate: Estate): Promise<Finding> {
  const last = await readLastStatement(chain, estate);
  const predicate = last?.statement.predicate;
  if (!last || !predicate || !('data' in predicate) || Array.isArray(predicate.data) || !predicate.data) {
    return SOUND;
  }
  if (isTooRecent(last.storedAt, walk) || isChecked(last.statement, walk)) {
    return SOUND;
  }
  const gaps: Gap[] = [];
  const checked: string[] = [];
  for (const dataset of predicate.data.datasets) {
    if (!walk.datasets.includes(dataset.md5) && !checked.includes(dataset.md5)) {
      checked.push(dataset.md5);
      gaps.push(...(await lookAtDataset(dataset, last.key, last.statement, estate)));
    }
  }
  return { ours: true, gaps, datasets: checked };
}

// what it cites is a statement of the same walk, which says more of the same datasets.
function isChecked({ predicate }: Statement, window: Window): boolean {
  const cited = 'datasetStatement' in predicate ? predicate.datasetStatement?.value.key : undefined;
  const chain = cited === undefined ? undefined : parseStatementKey(cited)?.chain;
  return chain !== undefined && 'createdAt' in chain && isInWindow(new Date(chain.createdAt), window);
}

async function lookAtDataset(
  dataset: ResolvedDataset,
  key: string,
  statement: Statement,
  { remote }: Estate,
): Promise<Gap[]> {
  const { path, md5, sizeBytes, files, legacyHash } = dataset;
  const told = {
    path,
    md5,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(files === undefined ? {} : { files }),
    ...(legacyHash ? { legacyHash } : {}),
  };
  const check = await checkDataset(told, remote);
  const subject = `${remote.url}#${addressOf(dataset)}`;
  const stated = codesOf(statement);
  switch (check.kind) {
    case 'unresolved':
      return [{ kind: 'dataset-missing', subject, explanation: `${check.explanation}; ${key} found it` }];
    case 'conflict':
      return stated.has(check.reason)
        ? []
        : [{ kind: 'dataset-changed', subject, explanation: `${check.explanation}; ${key} found it otherwise` }];
    case 'agrees':
      // of a bucket that encrypts with KMS, nobody tells whether the bytes of a second version are the same.
      return check.notCompared.includes('object-versions') && !stated.has('object-versions')
        ? [{ kind: 'dataset-changed', subject, explanation: `one of its objects was written again after ${key}` }]
        : [];
  }
}

/** What a statement itself says that is wrong, or was not compared. */
function codesOf({ predicate }: Statement): ReadonlySet<string> {
  const outcome = 'outcome' in predicate ? predicate.outcome : undefined;
  const reasons = outcome && 'reasons' in outcome ? outcome.reasons.map(({ code }) => code) : [];
  return new Set<string>([...reasons, ...(outcome?.notCompared ?? [])]);
}
