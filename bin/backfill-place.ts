import { readFile, writeFile } from 'node:fs/promises';
import { z } from 'zod';
import { Walk } from '../core/reconcile/walk';

const FORMAT = 'tag:cdk-ml-lineage,2026:backfill-place/v1';

/**
 * Where a backfill is that was stopped before its end.
 */
const BackfillPlace = z.strictObject({ format: z.literal(FORMAT), isPlan: z.boolean(), walk: Walk });
export type BackfillPlace = Omit<z.infer<typeof BackfillPlace>, 'format'>;

/**
 * Keeps a place in a file of the current folder.
 *
 * @returns the name of the file
 */
export async function keepPlace(place: BackfillPlace): Promise<string> {
  const file = `ml-lineage-${place.walk.walk.replace(/[^0-9A-Za-z-]/g, '')}.json`;
  await writeFile(file, `${JSON.stringify({ format: FORMAT, ...place })}\n`);
  return file;
}

export async function readPlace(file: string): Promise<BackfillPlace> {
  const place = BackfillPlace.safeParse(parsed(await readFile(file, 'utf8')));
  if (!place.success) {
    throw new Error(`${file} is no place of a backfill: ${z.prettifyError(place.error)}`);
  }
  const { isPlan, walk } = place.data;
  return { isPlan, walk };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
