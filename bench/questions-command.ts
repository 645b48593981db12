import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { Sandbox } from '../sandbox/instance';
import { environmentDirectory, projectRoot } from '../sandbox/project-paths';
import type { Walk } from '../sandbox/walk/platform-walk';
import { runProgram } from '../sandbox/walk/run-program';
import { deployIdlePlatform } from './deployed-platform';
import { runTrainingJob } from './ended-jobs';
import { RunLogger } from './logged-run';
import { describeMachine } from './machine';
import { publishFiles, REVISION } from './many-files';
import { measureQuestion } from './measured-ways';
import { withSection } from './page-section';
import { allQuestions } from './questions';
import { reportQuestions } from './questions-report';
import { StrictS3 } from './strict-s3';

const USAGE = `usage: npm run bench:questions -- [--files NUMBER] [--rounds NUMBER] [--write]
  --files   of how many files the dataset consists (100000)
  --rounds  how often each question is answered in each way (3)
  --write   write the section of docs/benchmarks.md`;
const USAGE_EXIT_CODE = 64;
const JOB = 'given-many-files';
const PAGE = join(projectRoot, 'docs', 'benchmarks.md');

const started = Date.now();

function say(text: string): void {
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

async function measureAll(files: number, rounds: number): Promise<string> {
  const sandbox = await Sandbox.start({ name: 'bench-questions' });
  try {
    say('a platform on the local AWS');
    const walk = await deployIdlePlatform(sandbox);
    const s3 = await StrictS3.beside(sandbox);
    say(`${files} files in its DVC remote`);
    await publishFiles(walk, s3, files);
    await giveToJob(sandbox, walk, s3);
    const environment = { ...sandbox.processEnvironment(), AWS_ENDPOINT_URL_S3: s3.endpoint };
    const questions = [];
    for (const question of allQuestions(JOB)) {
      say(question.title);
      questions.push(await measureQuestion(question, { sandbox, walk, environment, files }, s3, rounds));
    }
    const machine = `${describeMachine()}, ${await describePrograms()}, versitygw ${s3.version}`;
    return reportQuestions({ questions, files, rounds, machine, day: new Date() });
  } finally {
    await sandbox.stop();
    await rm(sandbox.directory, { recursive: true, force: true });
  }
}

// the job ran on the local AWS: what it left there is brought to where it is looked for.
async function giveToJob(sandbox: Sandbox, walk: Walk, s3: StrictS3): Promise<void> {
  const { run, modelUri } = await runTrainingJob(walk, JOB, REVISION);
  const logger = new RunLogger(sandbox, walk.outputs.MlflowAppArn);
  await logger.log(await logger.openExperiment(JOB), run);
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(modelUri) ?? [];
  const { Body } = await walk.aws.s3.send(new GetObjectCommand({ Bucket, Key }));
  await s3.createBucket(Bucket);
  await s3.client.send(new PutObjectCommand({ Bucket, Key, Body: await Body?.transformToByteArray() }));
}

async function describePrograms(): Promise<string> {
  const environment = process.env;
  const git = await runProgram('git', ['--version'], { environment });
  const dvc = await runProgram(join(environmentDirectory('jobs'), 'bin', 'dvc'), ['--version'], { environment });
  return `Git ${git.trim().split(' ').at(-1)}, DVC ${dvc.trim()}`;
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return USAGE_EXIT_CODE;
  }
  const section = await measureAll(options.files, options.rounds);
  process.stdout.write(section);
  if (options.write) {
    await writeFile(PAGE, withSection(await readFile(PAGE, 'utf8'), section));
  }
  return 0;
}

function readOptions(args: string[]): { files: number; rounds: number; write: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        files: { type: 'string', default: '100000' },
        rounds: { type: 'string', default: '3' },
        write: { type: 'boolean', default: false },
      },
    });
    const [files, rounds] = [Number(values.files), Number(values.rounds)];
    const positive = [files, rounds].every((number) => Number.isInteger(number) && number > 0);
    return positive ? { files, rounds, write: values.write } : undefined;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  },
);
