import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command } from '@aws-sdk/client-s3';
import { contract } from '../core/contract';
import { kmsSigner } from '../core/kms/kms-signer';
import { AlreadyUp, Sandbox } from './instance';
import { projectRoot } from './project-paths';
import { approvePackage, deployModel, makeModelOfPackage } from './walk/deployed-model';
import { bootstrapAccount } from './walk/deployment';
import { eventually } from './walk/eventually';
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
const ENDPOINT = 'diagnosis';

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

  const measurements = sampleDataset(environment);
  await bootstrapAccount(environment);
  say('cdk bootstrap');

  const platform = await deployPipelineWalk(sandbox, PLATFORM);
  say(`cdk deploy ${STACK}, the example in examples/dataset-level`);
  await compareWithTemplate(environment);

  const { commit, packageArn } = await makeModel(platform, 'v1', await measurements);

  say(`which data was the model given?  ml-lineage trace models:/${MODEL}/1 --stack ${STACK}`);
  const traced = await mlLineage(environment, 'trace', `models:/${MODEL}/1`);
  if (!traced.includes(`${commit}\n`)) {
    throw new Error(`the chain does not lead to ${commit}`);
  }
  say('the chain leads to the commit that git names; nothing but the deployed functions wrote it on the run');

  await putToUse(platform, packageArn, commit);
}

/** What the command line says about the stack. */
async function mlLineage(environment: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  const program = join(projectRoot, 'assets', 'ml-lineage.cjs');
  const { output, errors } = await finish(program, [...args, '--stack', STACK], { environment });
  detail(`\n${output}${errors}`);
  return output;
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
 * @returns the data commit, as git and the run say it alike, and the model package
 */
async function makeModel(
  walk: PipelineWalk,
  dataVersion: string,
  files: Readonly<Record<string, string>>,
): Promise<{ commit: string; packageArn: string }> {
  const inputUri = await putRawData(walk, dataVersion, files);
  say(`aws sagemaker start-pipeline-execution, DataVersion=${dataVersion} InputUri=${inputUri}`);
  const execution = await runPipeline(walk, dataVersion, inputUri);
  if (execution.status !== 'Succeeded' || !execution.modelPackageArn) {
    throw new Error(`the execution ended as ${execution.status}: ${execution.failure}`);
  }
  const { tags } = await runOfExecution(walk, execution);
  const commit = await walk.checkout.resolveAtHost(execution.revision);
  detail(`preprocess.py wrote a dataset, which is published as the Git tag ${execution.revision}`);
  detail('train.py was given exactly that dataset, and evaluate.py too; no script knows of lineage');
  detail('the model is good enough to pass the quality gate');
  detail(`the run is tagged with ${contract.runTags.dataCommit} ${tags[contract.runTags.dataCommit]}`);
  detail(`the model is registered: version 1 of ${MODEL}, and ${execution.modelPackageArn}`);
  if (tags[contract.runTags.dataCommit] !== commit) {
    throw new Error(`the run says ${tags[contract.runTags.dataCommit]}, git says ${commit}`);
  }
  return { commit, packageArn: execution.modelPackageArn };
}

/**
 * Approves the model and puts it behind an endpoint, as people do, and reads what is stated about that.
 */
async function putToUse(walk: PipelineWalk, packageArn: string, commit: string): Promise<void> {
  await approvePackage(walk.aws, packageArn);
  await makeModelOfPackage(walk.aws, ENDPOINT, packageArn);
  await deployModel(walk.aws, ENDPOINT, ENDPOINT);
  say(`aws sagemaker update-model-package, create-model, create-endpoint-config, create-endpoint: ${ENDPOINT}`);
  await eventually(`the statement about ${ENDPOINT}`, 60, () => statementAbout(walk, ENDPOINT));
  const { keyid } = await kmsSigner(walk.aws.kms, walk.outputs.SigningKeyArn);
  const question = ['evidence', 'show', ENDPOINT, '--kind', 'endpoint', '--trust', keyid];
  say(`which data is in use?  ml-lineage ${question.join(' ')} --stack ${STACK}`);
  const shown = await mlLineage(walk.sandbox.processEnvironment(), ...question);
  if (!shown.includes(commit)) {
    throw new Error(`what is stated about ${ENDPOINT} does not name ${commit}`);
  }
  say('the signed statement about the endpoint names the same commit');
}

async function statementAbout({ aws, outputs }: PipelineWalk, endpoint: string): Promise<string | undefined> {
  const { Contents = [] } = await aws.s3.send(
    new ListObjectsV2Command({ Bucket: outputs.EvidenceBucketName, Prefix: `${PLATFORM}/endpoint/${endpoint}/` }),
  );
  return Contents[0]?.Key;
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
