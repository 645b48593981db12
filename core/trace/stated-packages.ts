import { take } from '../chain/take';
import { contract } from '../contract';
import { readLastStatement } from '../evidence/chain-ends';
import { parseStatementKey } from '../evidence/chain-key';
import type { Incarnation } from '../evidence/incarnation';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import { scanChains } from '../evidence/scan-chains';
import { answerOf, attributed, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * A model package of which the evidence says that it holds the model of a training job.
 */
export interface StatedPackage {
  readonly about: Incarnation;
  readonly trainingJob: string;
  /** where the evidence says that the bytes of the job are; absent where nothing could be read. */
  readonly uri: string | undefined;
}

export interface StatedPackages {
  readonly packages: readonly StatedPackage[];
  readonly failures: readonly SourceFailure[];
  /** how many were looked at. */
  readonly count: number;
  readonly areMore: boolean;
}

/**
 * Reads what was stated last about each model package of the platform. Neither MLflow nor the package itself leads from a
 * training job to the packages that a pipeline made of its model.
 */
export async function statedPackages({ platform, evidence }: TraceSources): Promise<StatedPackages> {
  if (!evidence) {
    return { packages: [], failures: [], count: 0, areMore: false };
  }
  const { scan, last } = attributed('evidence', {
    scan: () => scanChains(platform, evidence.reader, 'model-package'),
    last: readLastStatement,
  });
  const found = await answerOf(take(scan(), contract.limits.tracePackages));
  if (found instanceof SourceFailure) {
    return { packages: [], failures: [found], count: 0, areMore: false };
  }
  const packages: StatedPackage[] = [];
  const failures: SourceFailure[] = [];
  for (const scanned of found.items) {
    const read = scanned.kind === 'chain' ? await answerOf(last(scanned.chain, evidence)) : undefined;
    if (read instanceof SourceFailure) {
      failures.push(read);
    } else if (read?.statement.predicateType === PREDICATE_TYPES.deployment) {
      const { about, models } = read.statement.predicate;
      packages.push(
        ...models.flatMap(({ value: { artifact, trainingStatement } }) => {
          const chain = trainingStatement && parseStatementKey(trainingStatement.key)?.chain;
          const uri = artifact ? `s3://${artifact.object.bucket}/${artifact.object.key}` : undefined;
          return chain && 'createdAt' in chain ? [{ about, trainingJob: chain.name, uri }] : [];
        }),
      );
    }
  }
  return { packages, failures, count: found.items.length, areMore: found.areMore };
}
