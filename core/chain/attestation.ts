import { z } from 'zod';
import { contract } from '../contract';
import type { Dataset, Derivation, NotCompared } from './derivation';
import { parseLineageDocument } from './lineage-document';

/**
 * How a job was set up, beside its environment. Nobody can change it once the job exists.
 */
export interface JobSetup {
  readonly entrypoint: readonly string[];
  readonly arguments: readonly string[];
  /** the address in S3 that each channel mounts. */
  readonly channels: ReadonlyMap<string, string>;
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
  entrypoint: z.array(z.string()),
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
 * Raises the assurance of a derivation where the job's configuration shows that our toolkit ran around its script: then
 * the files were hashed before and after the script, and the job would have failed on any others than those published.
 *
 * What the toolkit was told to give is compared with what was derived; where the two differ, it is a conflict.
 */
export async function attest(derivation: Recorded, setup: JobSetup, handover: Handover): Promise<Derivation> {
  const channel = setup.channels.get(contract.channels.lineage);
  if (!startsByToolkit(setup, handover.setup) || !channel?.startsWith(`${handover.setup.handoverUri}/`)) {
    return derivation;
  }
  const text = await handover.readDocument(channel);
  if (text === undefined) {
    return derivation;
  }
  const difference = differenceOf(derivation, text);
  if (typeof difference === 'string') {
    return { ...derivation, status: 'conflict', reason: 'handover-differs', explanation: difference };
  }
  if (!setup.completed) {
    // the toolkit hashes the files again when the script has ended; a job that failed may have not come to it.
    return derivation;
  }
  const datasets = derivation.datasets.map((dataset): Dataset => {
    const treeSha256 = difference.get(dataset.path);
    return treeSha256 === undefined ? dataset : { ...dataset, treeSha256 };
  });
  const compared: NotCompared[] = ['script-input'];
  if (datasets.every(({ treeSha256 }) => treeSha256 !== undefined)) {
    compared.push('file-contents');
  }
  return {
    ...derivation,
    assurance: 'attested',
    datasets,
    notCompared: derivation.notCompared.filter((item) => !compared.includes(item)),
  };
}

function startsByToolkit(setup: JobSetup, toolkit: ToolkitSetup): boolean {
  return (
    setup.channels.get(contract.channels.toolkit) === toolkit.toolkitUri &&
    setup.arguments.length === 0 &&
    setup.entrypoint.length === toolkit.entrypoint.length &&
    setup.entrypoint.every((element, index) => element === toolkit.entrypoint[index])
  );
}

/**
 * @returns how the document differs from the derivation, or the digests of the trees that it names
 */
function differenceOf(derivation: Recorded, text: string): string | Map<string, string> {
  const document = parseLineageDocument(text);
  if (!document) {
    return 'what the job was handed is no document of the preprocess job';
  }
  const { dataRepository, dataRevision } = derivation.configured;
  if (document.dataRepository !== dataRepository || document.dataRevision !== dataRevision) {
    return 'the job was handed what was published to another data repository or revision than its own';
  }
  if (document.dataCommit !== derivation.dataCommit) {
    return `the preprocess job published the commit ${document.dataCommit}, ${JSON.stringify(dataRevision)} now leads to ${derivation.dataCommit}`;
  }
  const digests = new Map<string, string>();
  for (const { path, md5, treeDigest } of document.datasets) {
    const derived = derivation.datasets.find((dataset) => dataset.path === path);
    if (derived?.md5 !== md5) {
      return derived
        ? `the preprocess job published ${JSON.stringify(derived.path)} as ${md5}, the data commit has ${derived.md5}`
        : 'the preprocess job published a dataset that the data commit has not';
    }
    digests.set(path, treeDigest.replace('sha256:', ''));
  }
  return digests;
}
