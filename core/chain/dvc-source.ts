import { z } from 'zod';
import type { RunDataset } from './tag-runs';

/**
 * The source type of a dataset whose bytes are under DVC.
 */
export const DVC_SOURCE_TYPE = 'dvc';

// as `lineage_jobs` and the run-tagger write it, and whoever else may log to the run.
const DvcSource = z.object({
  commit: z.string().max(1100),
  path: z.string().max(1024),
  md5: z.string().max(100),
  tree_digest: z.string().max(200).optional(),
});

/**
 * Where a run says that a dataset is from.
 *
 * @returns `undefined` for a dataset that says nothing which could be compared
 */
export function readDvcSource({ sourceType, source }: RunDataset): z.infer<typeof DvcSource> | undefined {
  return sourceType === DVC_SOURCE_TYPE ? parse(source) : undefined;
}

function parse(text: string): z.infer<typeof DvcSource> | undefined {
  try {
    return DvcSource.parse(JSON.parse(text));
  } catch {
    // somebody's own kind of source, under the same name.
    return undefined;
  }
}
