import type { z } from 'zod';
import { readLastStatement } from './chain-ends';
import type { EvidenceReader } from './evidence-store';
import { findChains } from './find-chains';
import { PREDICATE_TYPES } from './predicate-types';
import type { TrustedKeys } from './public-keys';
import type { TrainingStatement } from './statement';

export interface LastTraining {
  readonly key: string;
  readonly sha256: string;
  readonly statement: z.infer<typeof TrainingStatement>;
}

/**
 * The last statement about each training job that ever had a name, the oldest job first.
 *
 * @param name must have been checked to be the name of a job
 * @throws ChainBroken where one of the chains, or its last statement, is not as it was written
 */
export async function readLastTrainings(
  platform: string,
  name: string,
  { reader, trusted }: { reader: EvidenceReader; trusted: TrustedKeys },
): Promise<LastTraining[]> {
  // a key that no statement can have is no part of a chain; inside of one, reading the chain finds it.
  const { chains } = await findChains(platform, name, ['training-job'], reader);
  const found: LastTraining[] = [];
  for (const chain of chains) {
    const last = await readLastStatement(chain, { reader, trusted });
    if (last?.statement.predicateType === PREDICATE_TYPES.training) {
      found.push({ key: last.key, sha256: last.sha256, statement: last.statement });
    }
  }
  return found;
}
