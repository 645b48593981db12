import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import type { Question, Surroundings, Way } from './questions';
import type { StrictS3 } from './strict-s3';

/**
 * What one way to an answer took, once for each round in which it was gone.
 */
export interface MeasuredWay {
  readonly name: string;
  readonly milliseconds: readonly number[];
  /** of S3; the same in each round. */
  readonly requests: readonly number[];
}

export interface MeasuredQuestion {
  readonly title: string;
  readonly ways: readonly MeasuredWay[];
}

/**
 * Answers a question in all ways, one after the other, in each round in another order.
 */
export async function measureQuestion(
  question: Question,
  given: Omit<Surroundings, 'folder' | 'prepared'>,
  s3: StrictS3,
  rounds: number,
): Promise<MeasuredQuestion> {
  return inNewFolder(async (prepared) => {
    await question.prepare?.({ ...given, prepared, folder: prepared });
    return measureRounds(question, { ...given, prepared }, s3, rounds);
  });
}

async function measureRounds(
  { title, ways }: Question,
  given: Omit<Surroundings, 'folder'>,
  s3: StrictS3,
  rounds: number,
): Promise<MeasuredQuestion> {
  const measured = new Map(ways.map((way) => [way, { milliseconds: [] as number[], requests: [] as number[] }]));
  for (let round = 0; round < rounds; round += 1) {
    const start = round % ways.length;
    for (const way of [...ways.slice(start), ...ways.slice(0, start)]) {
      const taken = measured.get(way);
      if (taken && (!way.once || taken.milliseconds.length === 0)) {
        const { milliseconds, requests } = await measureWay(way, given, s3);
        taken.milliseconds.push(milliseconds);
        taken.requests.push(requests);
      }
    }
  }
  return { title, ways: [...measured].map(([{ name }, taken]) => ({ name, ...taken })) };
}

function measureWay(way: Way, given: Omit<Surroundings, 'folder'>, s3: StrictS3) {
  return inNewFolder(async (folder) => {
    const before = await s3.requests();
    const started = performance.now();
    await way.go({ ...given, folder });
    const milliseconds = performance.now() - started;
    return { milliseconds, requests: (await s3.requests()) - before };
  });
}

async function inNewFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'bench-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
