import { contract } from '../../core/contract';
import type { Statement } from '../../core/evidence/statement';
import type { StoredStatement } from '../../core/evidence/verify-chain';
import type { Run } from '../../core/mlflow/mlflow-client';
import type { Expected, ExpectedStatement } from './oracle';

/**
 * What was found about one job.
 */
export interface Found {
  readonly statements: readonly StoredStatement[];
  readonly runs: readonly Run[];
  /** to and from datasets, in SageMaker's lineage graph. */
  readonly edges: readonly string[];
  /** the reasons for which messages about it are parked. */
  readonly parked: readonly string[];
}

/**
 * `lost`: nothing came of the job that has to come of it. `wrong`: something else came of it.
 */
export interface Verdict {
  readonly kind: 'lost' | 'wrong';
  readonly job: string;
  readonly explanation: string;
}

const tags = contract.runTags;
const OURS = Object.values(tags).filter((key) => key !== tags.dataCommit);

/**
 * Compares what came of a job with what has to.
 */
export function judge(job: string, expected: Expected, found: Found): Verdict[] {
  const verdicts: Verdict[] = [];
  const compare = (what: string, should: unknown, is: unknown, isNothing: boolean) => {
    if (JSON.stringify(should) !== JSON.stringify(is)) {
      const explanation = `${what}: expected ${JSON.stringify(should)}, found ${JSON.stringify(is)}`;
      verdicts.push({ kind: isNothing ? 'lost' : 'wrong', job, explanation });
    }
  };
  const parked = [...new Set(found.parked)].sort();
  compare('parked', expected.parked === undefined ? [] : [expected.parked], parked, parked.length === 0);
  const said = found.statements.map(({ statement }) => told(statement));
  compare('statements', expected.statements.map(ordered), said.map(ordered), said.length === 0);
  compare('edges', expected.edges, found.edges, found.edges.length === 0);
  for (const run of found.runs) {
    const isTagged = OURS.some((key) => key in run.tags);
    compare(`run ${run.id}`, expectedTags(expected, found), tagsOf(run, expected), !isTagged);
  }
  return verdicts;
}

function expectedTags({ run }: Expected, { statements, runs }: Found) {
  if (run === 'untouched') {
    return {};
  }
  const last = statements.at(-1);
  const [primary] = runs;
  return {
    status: run.status,
    assurance: run.assurance,
    dataCommit: run.dataCommit,
    dataset: run.dataset,
    dataRevision: run.dataRevision,
    ended: run.ended,
    evidence: last && `${last.key}@sha256:${last.sha256}`,
    primaryRun: primary?.id,
  };
}

function tagsOf(run: Run, expected: Expected) {
  if (expected.run === 'untouched') {
    return Object.fromEntries(Object.entries(run.tags).filter(([key]) => OURS.includes(key)));
  }
  return {
    status: run.tags[tags.status],
    assurance: run.tags[tags.assurance],
    dataCommit: run.tags[tags.dataCommit],
    dataset: run.tags[tags.dataset],
    dataRevision: run.tags[tags.dataRevision],
    ended: run.status,
    evidence: run.tags[tags.evidence],
    primaryRun: run.tags[tags.primaryRun],
  };
}

function told({ predicate }: Statement): ExpectedStatement {
  if (!('outcome' in predicate)) {
    throw new Error(`a statement about a job has no outcome: ${JSON.stringify(predicate)}`);
  }
  const { outcome } = predicate;
  return {
    status: outcome.status,
    reasons: 'reasons' in outcome ? outcome.reasons.map(({ code }) => code).sort() : [],
    notCompared: [...outcome.notCompared].sort(),
    runs: 'runs' in predicate ? predicate.runs.value.length : undefined,
  };
}

function ordered({ status, reasons, notCompared, runs }: ExpectedStatement): unknown[] {
  return [status, reasons, notCompared, runs ?? null];
}
