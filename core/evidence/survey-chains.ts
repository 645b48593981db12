import { contract } from '../contract';
import { type ChainName, chainPrefix, parseChainPrefix } from './chain-key';
import { compareWithHead, headOf } from './checkpoint';
import type { Head } from './checkpoint-predicate';
import type { EvidenceReader } from './evidence-store';
import type { CheckpointProblem } from './problems';
import type { TrustedKeys } from './public-keys';
import { type Scanned, scanChains } from './scan-chains';
import { type ChainCheck, verifyListed } from './verify-chain';

export interface Survey {
  /** the furthest end of each chain that was ever found intact. */
  readonly heads: readonly Head[];
  readonly problems: readonly CheckpointProblem[];
  /** how many chains are there now. */
  readonly chains: number;
}

interface Finding {
  readonly head: Head | undefined;
  readonly problems: readonly CheckpointProblem[];
}

/**
 * Verifies all chains of a platform, and that none of them ends before the end that is known of it, or otherwise.
 *
 * An end is only replaced by that of an intact chain that goes on from it. So a chain that was cut is found again by
 * every later survey, and not taken for a shorter one.
 *
 * @param known the ends that an earlier survey has found
 * @param reading `all` statements, or only the `new` ones: each chain's known last one, and those after it
 */
export async function surveyChains(
  platform: string,
  known: readonly Head[],
  reading: 'all' | 'new',
  { reader, trusted }: { readonly reader: EvidenceReader; readonly trusted: TrustedKeys },
): Promise<Survey> {
  const unseen = new Map(known.map((head) => [head.chain, head]));
  const heads: Head[] = [];
  const problems: CheckpointProblem[] = [];
  let chains = 0;
  const take = (finding: Finding) => {
    problems.push(...finding.problems);
    heads.push(...(finding.head ? [finding.head] : []));
  };
  for await (const batch of batches(scanChains(platform, reader), contract.limits.evidenceChainsAtOnce)) {
    const findings = batch.map(async (scanned): Promise<Finding> => {
      if (scanned.kind === 'no-chain') {
        return { head: undefined, problems: scanned.problems };
      }
      const { chain, listing } = scanned;
      chains += 1;
      const head = unseen.get(chainPrefix(chain));
      unseen.delete(chainPrefix(chain));
      const from = reading === 'new' ? head?.sequence : 1;
      return judge(chain, head, await verifyListed(chain, listing, reader, trusted, from));
    });
    for (const finding of await Promise.all(findings)) {
      take(finding);
    }
  }
  for (const head of unseen.values()) {
    take(judge(chainOf(head), head, { kind: 'absent' }));
  }
  return { heads, problems, chains };
}

function judge(chain: ChainName, head: Head | undefined, check: ChainCheck): Finding {
  const broken = check.kind === 'broken' ? check.problems : [];
  const problems = head ? compareWithHead(head, check) : broken;
  const last = check.kind === 'intact' && problems.length === 0 ? check.statements.at(-1) : undefined;
  return { head: last ? headOf(chain, last) : head, problems };
}

function chainOf({ chain }: Head): ChainName {
  const name = parseChainPrefix(chain);
  if (!name) {
    throw new Error(`a checkpoint cannot name ${JSON.stringify(chain)}; was it verified?`);
  }
  return name;
}

async function* batches(scanned: AsyncIterable<Scanned>, size: number): AsyncGenerator<Scanned[]> {
  let batch: Scanned[] = [];
  for await (const item of scanned) {
    // the chain of checkpoints is verified by whoever reads or continues it.
    if (item.kind === 'chain' && item.chain.kind === 'checkpoint') {
      continue;
    }
    batch.push(item);
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  yield batch;
}
