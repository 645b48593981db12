import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contract } from '../core/contract';
import { AlreadyUp, Sandbox } from './instance';
import { projectRoot } from './project-paths';
import { bootstrapAccount } from './walk/deployment';
import {
  deployPipelineWalk,
  type PipelineWalk,
  pipelineStackName,
  putRawData,
  runOfExecution,
  runPipeline,
} from './walk/pipeline-walk';
import { readBack } from './walk/read-back';
import { finish } from './walk/run-program';
import { sampleDataset } from './walk/sample-data';

const PLATFORM = 'demo';
const STACK = pipelineStackName(PLATFORM);
const MODEL = 'diagnosis';

const started = Date.now();

function say(text: string): void {
  const seconds = ((Date.now() - started) / 1000).toFixed(1).padStart(5);
  process.stdout.write(`${seconds} s  ${text}\n`);
}

function detail(text: string): void {
  process.stdout.write(`${text.replace(/^/gm, '           ')}\n`);
}

async function walk(sandbox: Sandbox): Promise<void> {
  const environment = sandbox.processEnvironment();

  say('a local AWS is up, all of it on this machine');
  detail(`AWS ${sandbox.endpoints.aws}, Git ${sandbox.endpoints.git}, MLflow ${sandbox.endpoints.mlflow}`);

  const [small, large] = [sampleDataset(environment, 400), sampleDataset(environment)];
  await bootstrapAccount(environment);
  say('cdk bootstrap');

  const platform = await deployPipelineWalk(sandbox, PLATFORM);
  say(`cdk deploy ${STACK}, the example in examples/dataset-level`);
  await compareWithTemplate(environment);

  const first = await makeModel(platform, 'v1', await small);
  const second = await makeModel(platform, 'v2', await large);
  if (first === second) {
    throw new Error(`other data got the same data commit ${first}`);
  }

  say(`which data was the newest model given?  ml-lineage trace models:/${MODEL}/2 --stack ${STACK}`);
  const { output, errors } = await finish(
    join(projectRoot, 'assets', 'ml-lineage.cjs'),
    ['trace', `models:/${MODEL}/2`, '--stack', STACK],
    { environment },
  );
  detail(`\n${output}${errors}`);
  if (!output.includes(`${second}\n`)) {
    throw new Error(`the chain does not lead to ${second}`);
  }
  say('the chain leads to the commit that git names; nothing but the deployed functions wrote it on the run');
}

async function compareWithTemplate(environment: NodeJS.ProcessEnv): Promise<void> {
  const { passed, report } = await readBack(environment, STACK);
  if (!passed) {
    throw new Error(`the deployed resources differ from the template:\n${report}`);
  }
  say('the deployed resources are what the template asks for');
  detail(report.split('\n').at(-1) ?? '');
}

/**
 * Runs the pipeline on raw data.
 *
 * @returns the data commit, as git and the run say it alike
 */
async function makeModel(
  walk: PipelineWalk,
  dataVersion: string,
  files: Readonly<Record<string, string>>,
): Promise<string> {
  const inputUri = await putRawData(walk, dataVersion, files);
  say(`aws sagemaker start-pipeline-execution, DataVersion=${dataVersion} InputUri=${inputUri}`);
  const execution = await runPipeline(walk, dataVersion, inputUri);
  if (execution.status !== 'Succeeded') {
    throw new Error(`the execution ended as ${execution.status}: ${execution.failure}`);
  }
  const { tags } = await runOfExecution(walk, execution);
  const commit = await walk.checkout.resolveAtHost(execution.revision);
  detail(`preprocess.py wrote a dataset, which is published as the Git tag ${execution.revision}`);
  detail('train.py was given exactly that dataset, and registered a model; neither script knows of lineage');
  detail(`the run is tagged with ${contract.runTags.dataCommit} ${tags[contract.runTags.dataCommit]}`);
  if (tags[contract.runTags.dataCommit] !== commit) {
    throw new Error(`the run says ${tags[contract.runTags.dataCommit]}, git says ${commit}`);
  }
  return commit;
}

async function main(): Promise<void> {
  const keep = process.argv.includes('--keep');
  const sandbox = await Sandbox.start({ name: 'demo', detached: keep });
  try {
    await walk(sandbox);
  } finally {
    if (keep) {
      say(`the sandbox is left running, as asked; stop it with: npm run sandbox -- down demo`);
    } else {
      await sandbox.stop();
      await rm(sandbox.directory, { recursive: true, force: true });
    }
  }
}

main().catch((error: unknown) => {
  if (error instanceof AlreadyUp) {
    process.stderr.write(`${error.message}; stop it with: npm run sandbox -- down ${error.state.name}\n`);
    process.exitCode = 1;
    return;
  }
  process.stderr.write(`\nthe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
