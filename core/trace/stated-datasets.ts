import { readListing } from '../dvc/listing';
import { isDirectory } from '../dvc/remote-layout';
import type { RemoteReader } from '../dvc/remote-reader';
import { readLastStatement } from '../evidence/chain-ends';
import { PREDICATE_TYPES } from '../evidence/predicate-types';
import { scanChains } from '../evidence/scan-chains';
import { attributed } from './source-failure';
import type { TraceSources } from './sources';

/**
 * A dataset that the evidence names and that consists of several files.
 */
export interface StatedDataset {
  readonly path: string;
  readonly md5: string;
}

/**
 * The datasets that the last statements about training jobs name, each once. Every chain about a training job is listed, and
 * its last statement is read.
 */
export async function* statedDatasets({ platform, evidence }: TraceSources): AsyncGenerator<StatedDataset> {
  if (!evidence) {
    return;
  }
  const given = new Set<string>();
  const { scan, last } = attributed('evidence', {
    scan: () => scanChains(platform, evidence.reader, 'training-job'),
    last: readLastStatement,
  });
  for await (const scanned of scan()) {
    if (scanned.kind !== 'chain') {
      continue;
    }
    const statement = (await last(scanned.chain, evidence))?.statement;
    const datasets = statement?.predicateType === PREDICATE_TYPES.training ? statement.predicate.data?.datasets : [];
    for (const { path, md5 } of datasets ?? []) {
      if (isDirectory(md5) && !given.has(md5)) {
        given.add(md5);
        yield { path, md5 };
      }
    }
  }
}

/**
 * Where in a dataset an object is, by the dataset's listing.
 *
 * @returns `unreadable` for a listing that is missing, too large or none
 */
export async function pathIn(
  dataset: StatedDataset,
  md5: string,
  remote: Pick<RemoteReader, 'listing'>,
): Promise<string | 'unreadable' | undefined> {
  const bytes = await remote.listing(dataset.md5);
  if (bytes === undefined || bytes === 'too-large') {
    return 'unreadable';
  }
  let found: string | undefined;
  const count = readListing(bytes, (file) => {
    if (file.md5 === md5) {
      found ??= `${dataset.path}/${file.relpath}`;
    }
  });
  return count === undefined ? 'unreadable' : found;
}
