import { z } from 'zod';
import { ASSURANCES, STATUSES } from '../chain/derivation';
import { GitCommit, PlatformName } from '../evidence/fields';
import { type Chain, LINK_KINDS, LINK_OUTCOMES, LINK_SOURCES } from './link';
import { TRACE_PROBLEMS } from './problems';
import { SourceFailure } from './source-failure';
import { writtenSubject } from './subject';
import type { Trace } from './trace';
import type { TracedDataset } from './traced-data';

export const TRACE_FORMAT = 'tag:cdk-ml-lineage,2026:trace-report/v1';

const ReportedLink = z.strictObject({
  kind: z.enum(LINK_KINDS),
  value: z.string(),
  outcome: z.enum(LINK_OUTCOMES),
  /** what is wrong, or was left open; null where the link agrees. */
  problem: z.enum(TRACE_PROBLEMS).nullable(),
  /** how the link was resolved and checked, for people. */
  check: z.string(),
  /** against what it was checked. */
  sources: z.array(z.enum(LINK_SOURCES)),
});

const ReportedChain = z.strictObject({
  links: z.array(ReportedLink),
  /** where the chain goes on in several ways, each of these. */
  get branches() {
    return z.array(ReportedChain);
  },
});

const ReportedDataset = z.strictObject({
  path: z.string(),
  /** DVC's address, and no digest to trust. */
  md5: z.string(),
  /** as the metafile says; null where it says nothing. */
  sizeBytes: z.int().min(0).nullable(),
  dataCommit: GitCommit.nullable(),
  /** null where the listing could not be read, or is none. */
  objects: z
    .strictObject({
      count: z.int().min(0),
      /** as many as were asked for. */
      first: z.array(z.strictObject({ key: z.string(), relpath: z.string() })),
    })
    .nullable(),
});

/**
 * What a trace has come to, for machines. A member that is new gets a new version of the format.
 */
export const TraceReport = z.strictObject({
  format: z.literal(TRACE_FORMAT),
  platform: PlatformName,
  subject: z.string(),
  chain: ReportedChain,
  datasets: z.array(ReportedDataset),
  /** the worst of the links: the exit code of the command says the same. */
  status: z.enum(STATUSES),
  /** null where no training job was come to, or one of which nothing is known. */
  assurance: z.enum(ASSURANCES).nullable(),
});
export type TraceReport = z.infer<typeof TraceReport>;

export function traceReport({ platform, subject, chain, datasets, status, assurance }: Trace): TraceReport {
  return {
    format: TRACE_FORMAT,
    platform,
    subject: writtenSubject(subject),
    chain: reportedChain(chain),
    datasets: datasets.map(reportedDataset),
    status,
    assurance: assurance ?? null,
  };
}

function reportedChain({ links, branches }: Chain): z.infer<typeof ReportedChain> {
  return {
    links: links.map(({ problem, sources, ...link }) => ({ ...link, problem: problem ?? null, sources: [...sources] })),
    branches: branches.map(reportedChain),
  };
}

function reportedDataset({ path, md5, sizeBytes, dataCommit, objects }: TracedDataset) {
  const listed = objects instanceof SourceFailure || objects.kind !== 'listed' ? undefined : objects;
  return {
    path,
    md5,
    sizeBytes: sizeBytes ?? null,
    dataCommit: dataCommit ?? null,
    objects: listed ? { count: listed.count, first: [...listed.first] } : null,
  };
}
