import type { z } from 'zod';
import { pattern } from '../contract';
import type { Origin } from '../evidence/fact';
import type { JobConfiguration } from '../evidence/job-configuration';
import type { Checks } from '../evidence/outcome';
import type { ResolvedData } from '../evidence/resolved-data';
import { toldConfiguration } from './configuration';
import type { Dataset, Derivation, Resolved } from './derivation';

export type Check = z.infer<typeof Checks>[number];

/**
 * How a job ended, and what of its setup a statement tells.
 */
export interface ToldJob {
  readonly status: 'Completed' | 'Failed' | 'Stopped';
  readonly roleArn: string;
  readonly image: string | undefined;
  readonly endedAt: Date;
}

/**
 * The configuration of a job, as a statement tells it.
 */
export function tellConfiguration(derivation: Derivation, job: ToldJob): z.infer<typeof JobConfiguration> {
  return {
    ...toldConfiguration(derivation),
    roleArn: job.roleArn,
    ...(job.image !== undefined && pattern('containerImage').test(job.image) ? { image: job.image } : {}),
    jobStatus: job.status,
    endedAt: job.endedAt.toISOString(),
  };
}

/**
 * The data that was derived, each fact with where it is from; nothing where none was found.
 */
export function tellData(derivation: Derivation): { data?: ResolvedData } {
  if (derivation.status === 'unresolved') {
    return {};
  }
  return {
    data: {
      resolution: tellResolution(derivation),
      datasets: derivation.datasets.map((dataset) => tellDataset(dataset, derivation.derivedAt)),
    },
  };
}

/**
 * Which commit the data revision stands for, as a fact.
 */
export function tellResolution(derivation: Resolved): ResolvedData['resolution'] {
  const { dataRepository, dataRevision } = derivation.configured;
  if (dataRepository === undefined || dataRevision === undefined) {
    throw new Error(`${derivation.job.arn} was resolved without a data repository or revision in its configuration`);
  }
  return {
    value: { dataRepository, dataRevision, dataCommit: derivation.dataCommit },
    source: { api: 'git:ls-refs' },
    at: derivation.derivedAt,
  };
}

/**
 * What the lineage-deriver compared: only where it came to its end without a conflict has it looked at everything.
 */
export function tellChecks(derivation: Derivation): Check[] {
  if (derivation.status === 'unresolved' || derivation.status === 'conflict') {
    return [];
  }
  const at = derivation.derivedAt;
  return [
    { check: 'revision-target', agrees: true, source: { api: 'git:ls-refs' }, at },
    { check: 'listing-digest', agrees: true, source: { api: 's3:GetObject' }, at },
    { check: 'object-size', agrees: true, ...inRemote(derivation) },
  ];
}

/**
 * Where the objects in the DVC remote are looked up, and when.
 */
export function inRemote({ derivedAt }: Derivation): Origin {
  return { source: { api: 's3:ListObjectVersions' }, at: derivedAt };
}

function tellDataset({ treeSha256, importedFrom, ...dataset }: Dataset, at: string) {
  return {
    ...dataset,
    source: { claimedBy: 'data-repository' } as const,
    at,
    ...(importedFrom ? { importedFrom } : {}),
    ...(treeSha256 === undefined
      ? {}
      : { tree: { value: { sha256: treeSha256 }, source: { claimedBy: 'job' } as const, at } }),
  };
}
