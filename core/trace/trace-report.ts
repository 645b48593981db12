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

export const TraceLink = z
  .strictObject({
    kind: z.enum(LINK_KINDS),
    value: z.string(),
    outcome: z.enum(LINK_OUTCOMES),
    problem: z.enum(TRACE_PROBLEMS).nullable().describe('What is wrong, or was left open; null where the link agrees.'),
    check: z.string().describe('How the link was resolved and checked, for people.'),
    sources: z.array(z.enum(LINK_SOURCES)).describe('Against what it was checked.'),
  })
  .meta({ id: 'TraceLink', description: 'One link of a chain, and how it was checked.' });
export type TraceLink = z.infer<typeof TraceLink>;

export const TraceChain = z
  .strictObject({
    links: z.array(TraceLink),
    get branches() {
      return z.array(TraceChain).describe('Where the chain goes on in several ways, each of these.');
    },
  })
  .meta({ id: 'TraceChain', description: 'Links one after the other.' });
export type TraceChain = z.infer<typeof TraceChain>;

const TraceObjects = z.strictObject({
  count: z.int().min(0),
  first: z
    .array(z.strictObject({ key: z.string(), relpath: z.string() }).meta({ id: 'TraceObject' }))
    .describe('As many as were asked for.'),
});

export const TraceDataset = z
  .strictObject({
    path: z.string(),
    md5: z.string().describe("DVC's address, and no digest to trust."),
    sizeBytes: z.int().min(0).nullable().describe('As the metafile says; null where it says nothing.'),
    dataCommit: GitCommit.nullable(),
    objects: TraceObjects.nullable().describe('Null where the listing could not be read, or is none.'),
  })
  .meta({ id: 'TraceDataset' });
export type TraceDataset = z.infer<typeof TraceDataset>;

/**
 * What a trace has come to, for machines. A member that is new gets a new version of the format. What is described is part
 * of the published schema, and of the types that other programs see.
 */
export const TraceReport = z.strictObject({
  format: z.literal(TRACE_FORMAT),
  platform: PlatformName,
  subject: z.string(),
  chain: TraceChain,
  datasets: z.array(TraceDataset),
  status: z.enum(STATUSES).describe('The worst of the links: the exit code of the command says the same.'),
  assurance: z
    .enum(ASSURANCES)
    .nullable()
    .describe('Null where no training job was come to, or one of which nothing is known.'),
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

function reportedChain({ links, branches }: Chain): TraceChain {
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
