import { createHash } from 'node:crypto';

/**
 * The objects of a listing that are looked up in the remote: all, or as many as the limit says.
 *
 * The choice depends on the listing and nothing else, so that everybody who repeats a check looks at the same objects.
 */
export function sampleObjects(listing: string, objects: ReadonlySet<string>, limit: number): string[] {
  if (objects.size <= limit) {
    return [...objects].sort();
  }
  return [...objects]
    .map((md5) => ({ md5, order: createHash('sha256').update(`${listing}:${md5}`).digest('hex') }))
    .sort((a, b) => (a.order < b.order ? -1 : 1))
    .slice(0, limit)
    .map(({ md5 }) => md5)
    .sort();
}
