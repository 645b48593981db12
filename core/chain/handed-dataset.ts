import { pattern } from '../contract';
import { parseLineageDocument } from './lineage-document';

/**
 * The dataset that a preprocess job handed on, as it says.
 */
export interface HandedDataset {
  readonly md5: string;
  readonly dataCommit: string;
  readonly dataRevision: string;
}

const BELOW = /^\/[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)*\/?$/;

/**
 * Reads which dataset a preprocess job handed on.
 *
 * @param handoverUri what the addresses of all that jobs hand on begin with
 * @param readDocument the text of lineage.json below an address; `undefined` if there is none of bounded size
 */
export async function readHandedDataset(
  uri: string,
  handoverUri: string,
  readDocument: (uri: string) => Promise<string | undefined>,
): Promise<HandedDataset> {
  const shown = JSON.stringify(uri.slice(0, 300));
  if (!uri.startsWith(`${handoverUri}/`) || !BELOW.test(uri.slice(handoverUri.length))) {
    throw new Error(`${shown} is not below ${handoverUri}, where jobs hand on what they published`);
  }
  const text = await readDocument(uri);
  if (text === undefined) {
    throw new Error(`there is no lineage.json below ${shown}, or it is too large; has the preprocess job succeeded?`);
  }
  const document = parseLineageDocument(text);
  if (!document || !pattern('dataRevision').test(document.dataRevision)) {
    throw new Error(`lineage.json below ${shown} is no document of a preprocess job`);
  }
  const [dataset, ...others] = document.datasets;
  if (!dataset || others.length > 0) {
    throw new Error(`lineage.json below ${shown} names ${document.datasets.length} datasets, must name one`);
  }
  return { md5: dataset.md5, dataCommit: document.dataCommit, dataRevision: document.dataRevision };
}
