import { z } from 'zod';
import { contract } from '../contract';
import { type Claim, compareClaim } from '../evidence/told';
import type { Derivation } from './derivation';
import { addressOf } from './run-tags';
import type { TaggedRun } from './tag-runs';

const DVC_SOURCE = 'dvc';

// as `lineage_jobs` writes it, and whoever else may log to the run.
const DvcSource = z.object({
  commit: z.string().max(1100),
  path: z.string().max(1000),
  md5: z.string().max(100),
  tree_digest: z.string().max(200).optional(),
});

/**
 * What a run says of its data, each compared with the derivation.
 *
 * A run may say it as MLflow datasets, as a parameter and as a tag; whoever may log to the app wrote them.
 */
export function claimsOf(run: TaggedRun, derivation: Derivation, at: Date): Claim[] {
  const resolved = derivation.status === 'unresolved' ? undefined : derivation;
  const derivedCommit = resolved?.dataCommit;
  const from = { runId: run.id, source: { claimedBy: 'run' }, at: at.toISOString() } as const;
  const claims: Claim[] = [];
  const name = contract.runTags.dataCommit;
  const [parameter, tag] = [run.parameters[name], run.tags[name]];
  if (parameter) {
    claims.push(compareClaim('data-commit', parameter, derivedCommit, from));
  }
  // the tag is what this library writes: where it agrees, it is no claim of the run but ours from the last time.
  if (tag && tag !== derivedCommit) {
    claims.push(compareClaim('data-commit', tag, derivedCommit, from));
  }
  for (const { sourceType, source } of run.datasets) {
    const parsed = sourceType === DVC_SOURCE ? parseSource(source) : undefined;
    if (!parsed) {
      continue;
    }
    const { commit, path, md5, tree_digest } = parsed;
    const dataset = resolved?.datasets.find((candidate) => candidate.path === path);
    claims.push(
      compareClaim('data-commit', commit, derivedCommit, from),
      compareClaim('dataset', `${path}@${md5}`, dataset && addressOf(dataset), from),
    );
    if (tree_digest !== undefined && dataset?.treeSha256 !== undefined) {
      claims.push(compareClaim('tree', tree_digest.replace(/^sha256:/, ''), dataset.treeSha256, from));
    }
  }
  return claims;
}

function parseSource(text: string): z.infer<typeof DvcSource> | undefined {
  try {
    return DvcSource.parse(JSON.parse(text));
  } catch {
    // a dataset that is not from our toolkit says nothing that could be compared.
    return undefined;
  }
}
