import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { objectKey, parseRemoteUrl } from '../core/dvc/remote-layout';
import type { Walk } from '../sandbox/walk/platform-walk';
import type { StrictS3 } from './strict-s3';

export const REVISION = 'v1-many';
const DATASET = 'data';
const PUTS_AT_ONCE = 32;
const FILES_IN_A_FOLDER = 1000;
const FILE_BYTES = 100;

/**
 * Publishes a dataset of small files: its objects as DVC names them, the metafile in the data repository.
 *
 * "dvc add" and "dvc push" would leave the same, and take longer. That DVC takes it as its own, its pull shows.
 */
export async function publishFiles({ outputs, checkout }: Walk, s3: StrictS3, count: number): Promise<void> {
  const { bucket, prefix } = parseRemoteUrl(outputs.DvcRemoteUrl);
  await s3.createBucket(bucket);
  const put = (md5: string, Body: string) =>
    s3.client.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey(prefix, md5), Body }));
  const entries: string[] = [];
  for (let start = 0; start < count; start += PUTS_AT_ONCE) {
    const indices = Array.from({ length: Math.min(PUTS_AT_ONCE, count - start) }, (_, offset) => start + offset);
    await Promise.all(
      indices.map((index) => {
        const content = `record ${index}\n`.padEnd(FILE_BYTES, '.');
        const md5 = md5Of(content);
        entries.push(`{"md5": "${md5}", "relpath": "${nameOf(index)}"}`);
        return put(md5, content);
      }),
    );
  }
  const listing = `[${entries.join(', ')}]`;
  const md5 = `${md5Of(listing)}.dir`;
  await put(md5, listing);
  const size = count * FILE_BYTES;
  const metafile = `outs:\n- md5: ${md5}\n  size: ${size}\n  nfiles: ${count}\n  hash: md5\n  path: ${DATASET}\n`;
  await writeFile(join(checkout.folder, `${DATASET}.dvc`), metafile);
  await writeFile(join(checkout.folder, '.gitignore'), `/${DATASET}\n`);
  await checkout.git('add', '--all');
  await checkout.git('commit', '--quiet', '--message', 'Many files');
  await checkout.git('tag', REVISION);
  await checkout.git('push', '--quiet', '--atomic', 'origin', 'main', `refs/tags/${REVISION}`);
}

// in the order in which DVC sorts them.
function nameOf(index: number): string {
  const folder = String(Math.floor(index / FILES_IN_A_FOLDER)).padStart(4, '0');
  return `${folder}/${String(index % FILES_IN_A_FOLDER).padStart(3, '0')}.txt`;
}

function md5Of(content: string): string {
  return createHash('md5').update(content).digest('hex');
}
