import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { contract } from '../core/contract';
import { sampleObjects } from '../core/dvc/object-sample';
import { objectKey, parseRemoteUrl } from '../core/dvc/remote-layout';
import type { Sandbox } from '../sandbox/instance';
import { projectRoot } from '../sandbox/project-paths';
import { type Walk, waitForTaggedRun } from '../sandbox/walk/platform-walk';
import { lineageDeriverEnvironment, lineageDeriverMemory } from './deployed-platform';
import { runTrainingJob } from './ended-jobs';
import { FunctionProcess } from './function-process';
import { RunLogger } from './logged-run';
import { queueEvent } from './queue-event';

const JOB = 'large-listing';
const REVISION = 'v1-large';
const PUTS_AT_ONCE = 16;
// the rest is for what is outside of the heap, such as the bytes of the listing.
const HEAP_SHARE = 0.9;

export interface ListingMemory {
  readonly listingBytes: number;
  readonly files: number;
  /** of the deployed function. */
  readonly memoryMegabytes: number;
  readonly peakBytes: number;
  readonly milliseconds: number;
}

/**
 * Measures how much memory the lineage-deriver takes for the largest listing that it reads.
 */
export async function measureListing(sandbox: Sandbox, walk: Walk): Promise<ListingMemory> {
  const { listing, names } = largestListing();
  await publish(walk, listing, names);
  const { arn, run } = await runTrainingJob(walk, JOB, REVISION);
  const logger = new RunLogger(sandbox, walk.outputs.MlflowAppArn);
  await logger.log(await logger.openExperiment(JOB), run);

  const memoryMegabytes = await lineageDeriverMemory(walk);
  const program = {
    command: process.execPath,
    args: [
      `--max-old-space-size=${Math.floor(memoryMegabytes * HEAP_SHARE)}`,
      join(projectRoot, 'bench', 'invoke.cjs'),
      join(projectRoot, 'assets', 'lineage-deriver', 'index.js'),
    ],
  };
  const deriver = FunctionProcess.start(program, await lineageDeriverEnvironment(sandbox, walk));
  try {
    await deriver.untilLoaded();
    const started = performance.now();
    const detail = { TrainingJobArn: arn, TrainingJobName: JOB };
    const event = { source: 'aws.sagemaker', 'detail-type': 'SageMaker Training Job State Change', detail };
    await deriver.invoke(queueEvent(JOB, event));
    const measured = { peakBytes: deriver.peakBytes(), milliseconds: performance.now() - started };
    await assertRead(walk);
    return { listingBytes: listing.length, files: names.length, memoryMegabytes, ...measured };
  } finally {
    await deriver.stop();
  }
}

// a listing that was not read, or whose objects were not found, would be cheap.
async function assertRead(walk: Walk): Promise<void> {
  const { tags } = await waitForTaggedRun(walk, JOB);
  const reason = tags[contract.runTags.reason] ?? '';
  if (!reason.includes('unsampled-objects')) {
    throw new Error(`the lineage-deriver did not read the listing: ${reason}`);
  }
}

/**
 * Files with short names and contents that all differ: the most that fits.
 */
function largestListing(): { listing: Buffer; names: string[] } {
  const entries: string[] = [];
  const names: string[] = [];
  let bytes = 2;
  for (;;) {
    const md5 = createHash('md5').update(String(names.length)).digest('hex');
    const entry = `{"md5": "${md5}", "relpath": "${String(names.length).padStart(7, '0')}.png"}`;
    bytes += entry.length + (names.length > 0 ? 2 : 0);
    if (bytes > contract.limits.listingBytes) {
      return { listing: Buffer.from(`[${entries.join(', ')}]`), names };
    }
    entries.push(entry);
    names.push(md5);
  }
}

/** Puts the listing, and those of its objects that the lineage-deriver looks up, into the DVC remote, and tags it. */
async function publish({ aws, outputs, checkout }: Walk, listing: Buffer, names: readonly string[]): Promise<void> {
  const { bucket, prefix } = parseRemoteUrl(outputs.DvcRemoteUrl);
  const md5 = `${createHash('md5').update(listing).digest('hex')}.dir`;
  const put = (name: string, Body: Buffer | string) =>
    aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey(prefix, name), Body }));
  await put(md5, listing);
  const sample = sampleObjects(md5, new Set(names), contract.limits.objectsChecked);
  for (let start = 0; start < sample.length; start += PUTS_AT_ONCE) {
    await Promise.all(sample.slice(start, start + PUTS_AT_ONCE).map((name) => put(name, 'x')));
  }
  const metafile = `outs:\n- md5: ${md5}\n  size: ${names.length}\n  nfiles: ${names.length}\n  hash: md5\n  path: data\n`;
  await writeFile(join(checkout.folder, 'data.dvc'), metafile);
  await checkout.git('add', '--all');
  await checkout.git('commit', '--quiet', '--message', 'A large dataset');
  await checkout.git('tag', REVISION);
  await checkout.git('push', '--quiet', '--atomic', 'origin', 'main', `refs/tags/${REVISION}`);
}
