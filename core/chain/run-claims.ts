import { contract } from '../contract';
import { type Claim, compareClaim } from '../evidence/told';
import type { Derivation } from './derivation';
import { readDvcSource } from './dvc-source';
import { addressOf } from './run-tags';
import type { RunDataset, TaggedRun } from './tag-runs';

type From = Parameters<typeof compareClaim>[3];

/**
 * What a run says of its data, each compared with the derivation.
 *
 * A run may say it as MLflow datasets, as a parameter and as a tag; whoever may log to the app wrote them.
 */
export function claimsOf(run: TaggedRun, derivation: Derivation, at: Date): Claim[] {
  const derivedCommit = derivation.status === 'unresolved' ? undefined : derivation.dataCommit;
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
  return [...claims, ...run.datasets.flatMap((dataset) => datasetClaims(dataset, derivation, from))];
}

function datasetClaims(given: RunDataset, derivation: Derivation, from: From): Claim[] {
  const said = readDvcSource(given);
  if (!said) {
    return [];
  }
  const resolved = derivation.status === 'unresolved' ? undefined : derivation;
  const dataset = resolved?.datasets.find(({ path }) => path === said.path);
  const claims = [
    compareClaim('data-commit', said.commit, resolved?.dataCommit, from),
    compareClaim('dataset', `${said.path}@${said.md5}`, dataset && addressOf(dataset), from),
  ];
  if (said.tree_digest !== undefined && dataset?.treeSha256 !== undefined) {
    claims.push(compareClaim('tree', said.tree_digest.replace(/^sha256:/, ''), dataset.treeSha256, from));
  }
  // an input that is marked as ours confirms nothing, whoever marked it; where it differs, somebody is wrong.
  return given.context === contract.inputContexts.derived ? claims.filter(({ agrees }) => !agrees) : claims;
}
