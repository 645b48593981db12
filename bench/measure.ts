import { performance } from 'node:perf_hooks';
import type { SQSEvent } from 'aws-lambda';
import type { Candidate } from './candidates';
import { FunctionProcess } from './function-process';
import { spreadOf } from './statistics';

/**
 * What one process of a function took.
 */
export interface Measurement {
  /** from the start of the process until the function's module is loaded. */
  readonly loadedMs: number;
  /** from the start of the process until the first message is done. */
  readonly coldMs: number;
  /** the time that it computed, on all cores, until the first message was done. */
  readonly coldCpuMs: number;
  /** for a message after the first: the middle of them. */
  readonly warmMs: number;
  /** the time that it computed for a message after the first, on average. */
  readonly warmCpuMs: number;
  readonly peakBytes: number;
}

/**
 * Starts a function and has it deal with messages, one by one, the first of them cold.
 */
export async function measure(
  { program }: Candidate,
  environment: Readonly<Record<string, string>>,
  [first, ...others]: readonly SQSEvent[],
): Promise<Measurement> {
  if (!first || others.length === 0) {
    throw new Error('at least two messages are needed: one for the cold start, others for what is warm');
  }
  const started = performance.now();
  const process = FunctionProcess.start(program, environment);
  try {
    await process.untilLoaded();
    const loadedMs = performance.now() - started;
    await process.invoke(first);
    const coldMs = performance.now() - started;
    const coldCpuMs = process.cpuMs();
    const times: number[] = [];
    for (const event of others) {
      const invoked = performance.now();
      await process.invoke(event);
      times.push(performance.now() - invoked);
    }
    return {
      loadedMs,
      coldMs,
      coldCpuMs,
      warmMs: spreadOf(times).median,
      warmCpuMs: (process.cpuMs() - coldCpuMs) / others.length,
      peakBytes: process.peakBytes(),
    };
  } finally {
    await process.stop();
  }
}
