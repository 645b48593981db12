import { z } from 'zod';
import { contract, pattern } from '../contract';
import { boundedList } from './bounded-list';
import { ClaimedMaker } from './derivation';

/**
 * lineage.json: what a processing job says it published, as `lineage_jobs` writes it. A claim, like all that jobs write.
 */
const LineageDocument = z.object({
  version: z.literal(1),
  processingJob: ClaimedMaker.optional(),
  dataRepository: z.string().max(2048),
  dataRevision: z.string().max(2048),
  dataCommit: z.string().regex(pattern('gitCommit')),
  datasets: boundedList(
    z.object({
      path: z.string().max(1024),
      md5: z.string().regex(pattern('dvcHash')),
      treeDigest: z.string().regex(/^sha256:[0-9a-f]{64}$/),
    }),
    { least: 1, most: contract.limits.dvcFiles },
  ),
});
export type LineageDocument = z.infer<typeof LineageDocument>;

/**
 * @returns `undefined` where the text is no such document
 */
export function parseLineageDocument(text: string): LineageDocument | undefined {
  try {
    return LineageDocument.parse(JSON.parse(text));
  } catch {
    // not JSON, or something else: whoever wrote it is no `lineage_jobs`.
    return undefined;
  }
}
