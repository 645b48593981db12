import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { TraceReport } from '../core/trace/trace-report';
import type { Sandbox } from '../sandbox/instance';
import { projectRoot } from '../sandbox/project-paths';
import { DataCheckout } from '../sandbox/walk/data-repository';
import { stackNameOf } from '../sandbox/walk/deployment';
import type { Walk } from '../sandbox/walk/platform-walk';
import { finish } from '../sandbox/walk/run-program';
import { REVISION } from './many-files';

const COMMAND_LINE = join(projectRoot, 'assets', 'ml-lineage.cjs');

/**
 * What is asked, of whom, and where.
 */
export interface Surroundings {
  readonly sandbox: Sandbox;
  readonly walk: Walk;
  readonly environment: Readonly<Record<string, string>>;
  /** a new one for each way that is gone. */
  readonly folder: string;
  /** the one in which the question was prepared. */
  readonly prepared: string;
  readonly files: number;
}

/**
 * A way to the answer. It is measured from its start to its end, and fails where the answer is wrong.
 */
export interface Way {
  readonly name: string;
  /** it takes so long that it is gone once. */
  readonly once?: boolean;
  go(surroundings: Surroundings): Promise<void>;
}

/**
 * A question, and the ways to answer it: ours first.
 */
export interface Question {
  readonly title: string;
  readonly ways: readonly [Way, ...Way[]];
  /** what has to be there, and is not measured. */
  prepare?(surroundings: Surroundings): Promise<void>;
}

export function allQuestions(trainingJob: string): Question[] {
  return [
    {
      title: 'Of which objects does the data consist?',
      ways: [
        { name: '`ml-lineage trace`, from the data revision', go: (given) => trace(`revision/${REVISION}`, given) },
        { name: '`ml-lineage trace`, from a training job', go: (given) => trace(`training-job/${trainingJob}`, given) },
        { name: '`git clone`, `dvc list`', go: listInClone },
        { name: '`git clone`, `dvc pull`', once: true, go: pullInClone },
      ],
    },
  ];
}

async function trace(subject: string, { environment, files }: Surroundings): Promise<void> {
  const args = ['trace', subject, '--stack', stackNameOf('bench'), '--objects', String(files), '--json'];
  const { output, errors } = await finish(COMMAND_LINE, args, { environment });
  const report = TraceReport.parse(JSON.parse(output || `"${errors}"`));
  assertCount(`the trace of ${subject}`, files, report.datasets[0]?.objects?.first.length);
}

async function listInClone(given: Surroundings): Promise<void> {
  const listed = await (await cloned(given)).dvc('list', '.', 'data', '--recursive', '--rev', REVISION, '--json');
  assertCount('dvc list', given.files, z.array(z.unknown()).parse(JSON.parse(listed)).length);
}

async function pullInClone(given: Surroundings): Promise<void> {
  const clone = await cloned(given);
  await clone.dvc('pull', '--quiet');
  const pulled = await readdir(join(clone.folder, 'data'), { recursive: true, withFileTypes: true });
  assertCount('dvc pull', given.files, pulled.filter((entry) => entry.isFile()).length);
}

async function cloned({ sandbox, walk, environment, folder }: Surroundings): Promise<DataCheckout> {
  const place = join(folder, 'clone');
  // what DVC remembers of a remote would answer the next time.
  const own = { ...environment, DVC_SITE_CACHE_DIR: join(folder, 'site') };
  const clone = new DataCheckout(place, walk.repository.url, sandbox.gitToken, own);
  await clone.clone();
  await clone.git('checkout', '--quiet', REVISION);
  return clone;
}

function assertCount(what: string, expected: number, found: number | undefined): void {
  if (found !== expected) {
    throw new Error(`${what} told ${found} files of ${expected}`);
  }
}
