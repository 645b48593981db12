import { z } from 'zod';
import type { Dataset, Derivation, JobIdentity, NotCompared } from './derivation';
import { type LineageDocument, parseLineageDocument } from './lineage-document';

/**
 * How a job was set up, beside its environment. Nobody can change it once the job exists.
 */
export interface JobSetup {
  readonly entrypoint: readonly string[];
  readonly arguments: readonly string[];
  /** where in S3 the toolkit is that it mounts. */
  readonly toolkitUri: string | undefined;
  /** where in S3 lineage.json is: what a training job mounts, or where a processing job puts it. */
  readonly handoverUri: string | undefined;
  /** whether it ended by itself, with exit code 0. */
  readonly completed: boolean;
}

/**
 * How the platform's own jobs are set up.
 */
export const ToolkitSetup = z.strictObject({
  toolkitUri: z.string(),
  /** what the addresses of all that jobs hand on begin with. */
  handoverUri: z.string(),
  /** how the container of each kind of job starts. */
  entrypoints: z.strictObject({ 'processing-job': z.array(z.string()), 'training-job': z.array(z.string()) }),
});
export type ToolkitSetup = z.infer<typeof ToolkitSetup>;

/**
 * Where a derivation finds what a processing job handed on.
 */
export interface Handover {
  readonly setup: ToolkitSetup;
  /** The text of lineage.json below an address; `undefined` if there is none of bounded size. */
  readDocument(uri: string): Promise<string | undefined>;
}

type Recorded = Extract<Derivation, { status: 'recorded' }>;

/**
 * Raises the assurance of a derivation where the job's configuration shows that our toolkit ran around its script.
 *
 * Of a training job, the files were then hashed before and after the script, and the job would have failed on any others
 * than those published. Of a processing job, the files that its script left were hashed before and after they were
 * pushed. What lineage.json says is compared with what was derived; where the two differ, it is a conflict.
 */
export async function attest(derivation: Recorded, setup: JobSetup, handover: Handover): Promise<Derivation> {
  const { handoverUri } = setup;
  if (
    !startsByToolkit(derivation.job.kind, setup, handover.setup) ||
    !handoverUri?.startsWith(`${handover.setup.handoverUri}/`)
  ) {
    return derivation;
  }
  const text = await handover.readDocument(handoverUri);
  if (text === undefined) {
    return derivation;
  }
  const conflict = (explanation: string): Derivation => {
    return { ...derivation, status: 'conflict', reason: 'handover-differs', explanation };
  };
  const document = parseLineageDocument(text);
  if (!document) {
    return conflict('lineage.json is no document of the preprocess job');
  }
  const writer = document.processingJob;
  if (derivation.job.kind === 'processing-job') {
    if (writer === undefined) {
      return derivation;
    }
    if (writer.arn.toLowerCase() !== derivation.job.arn.toLowerCase()) {
      // the address belongs to the execution: what is there after an attempt that failed may be of the one after it.
      return setup.completed ? conflict('lineage.json of the job was written by another job') : derivation;
    }
  }
  const difference = differenceOf(derivation, document);
  if (difference !== undefined) {
    return conflict(difference);
  }
  const found: Recorded =
    writer && derivation.job.kind === 'training-job' ? { ...derivation, madeBy: writer } : derivation;
  if (!setup.completed) {
    // the toolkit hashes the files again at the end; a job that failed may have not come to it.
    return found;
  }
  return withTrees(found, document);
}

function startsByToolkit(kind: JobIdentity['kind'], setup: JobSetup, toolkit: ToolkitSetup): boolean {
  const entrypoint = toolkit.entrypoints[kind];
  return (
    setup.toolkitUri === toolkit.toolkitUri &&
    setup.arguments.length === 0 &&
    setup.entrypoint.length === entrypoint.length &&
    setup.entrypoint.every((element, index) => element === entrypoint[index])
  );
}

function withTrees(derivation: Recorded, document: LineageDocument): Recorded {
  const digests = new Map(document.datasets.map(({ path, treeDigest }) => [path, treeDigest.replace('sha256:', '')]));
  const datasets = derivation.datasets.map((dataset): Dataset => {
    const treeSha256 = digests.get(dataset.path);
    return treeSha256 === undefined ? dataset : { ...dataset, treeSha256 };
  });
  const compared = new Set<NotCompared>();
  if (derivation.job.kind === 'processing-job') {
    // nobody has read the pushed objects yet: the training job is the first that compares their contents.
    compared.add('handover');
  } else {
    compared.add('script-input');
    if (datasets.every(({ treeSha256 }) => treeSha256 !== undefined)) {
      compared.add('file-contents');
    }
  }
  return {
    ...derivation,
    assurance: 'attested',
    datasets,
    notCompared: derivation.notCompared.filter((item) => !compared.has(item)),
  };
}

function differenceOf(derivation: Recorded, document: LineageDocument): string | undefined {
  const { dataRepository, dataRevision } = derivation.configured;
  if (document.dataRepository !== dataRepository || document.dataRevision !== dataRevision) {
    return 'lineage.json is about another data repository or revision than that of the job';
  }
  if (document.dataCommit !== derivation.dataCommit) {
    return `the preprocess job published the commit ${document.dataCommit}, ${JSON.stringify(dataRevision)} now leads to ${derivation.dataCommit}`;
  }
  for (const { path, md5 } of document.datasets) {
    const derived = derivation.datasets.find((dataset) => dataset.path === path);
    if (derived?.md5 !== md5) {
      return derived
        ? `the preprocess job published ${JSON.stringify(derived.path)} as ${md5}, the data commit has ${derived.md5}`
        : 'the preprocess job published a dataset that the data commit has not';
    }
  }
  return undefined;
}
