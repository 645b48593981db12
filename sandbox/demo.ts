import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { contract } from '../core/contract';
import { AlreadyUp, Sandbox } from './instance';
import { projectRoot } from './project-paths';
import { bootstrapAccount, stackNameOf } from './walk/deployment';
import { deployWalk, jobEnvironment, TRAIN_SCRIPT, waitForTaggedRun } from './walk/platform-walk';
import { readBack } from './walk/read-back';
import { finish } from './walk/run-program';
import { sampleDataset } from './walk/sample-data';
import { readTrainingJobLog, startTrainingJob, waitForTrainingJob } from './walk/training-job';

const PLATFORM = 'demo';
const REVISION = 'v1.0-demo';
const JOB = 'train-by-hand';

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

  const files = sampleDataset(environment);
  await bootstrapAccount(environment);
  say('cdk bootstrap');

  const platform = await deployWalk(sandbox, PLATFORM);
  say(`cdk deploy ${stackNameOf(PLATFORM)}`);

  const { passed, report } = await readBack(environment, stackNameOf(PLATFORM));
  say(
    passed
      ? 'the deployed resources are what the template asks for'
      : 'THE DEPLOYED RESOURCES DIFFER FROM THE TEMPLATE',
  );
  detail(
    report
      .split('\n')
      .slice(passed ? -1 : 0)
      .join('\n'),
  );
  if (!passed) {
    throw new Error('the read-back failed');
  }

  const commit = await platform.checkout.publish({ revision: REVISION, files: await files });
  say(`a data scientist: dvc add, dvc push, git commit, git tag ${REVISION}, git push`);
  detail(`git rev-parse ${REVISION}^{commit} says ${commit}`);

  await startTrainingJob(platform.aws, platform.outputs, {
    name: JOB,
    script: TRAIN_SCRIPT,
    environment: jobEnvironment(platform, REVISION),
  });
  const job = await waitForTrainingJob(platform.aws, JOB);
  if (job.TrainingJobStatus !== 'Completed') {
    throw new Error(
      `the training job ended as ${job.TrainingJobStatus}: ${job.FailureReason}\n${await readTrainingJobLog(sandbox, JOB)}`,
    );
  }
  say(`the training job ${JOB} has ended; its script logged to MLflow and wrote no lineage`);

  const run = await waitForTaggedRun(platform, JOB);
  say('its event went rule → queue → lineage-deriver → queue → run-tagger, and the run is tagged');

  say('ml-lineage trace, the answer to "which data trained this?":');
  const command = ['trace', run.id, '--mlflow-app', platform.outputs.MlflowAppArn];
  const { output, errors } = await finish(join(projectRoot, 'assets', 'ml-lineage.cjs'), command, { environment });
  detail(`\n${output}${errors}`);

  const tagged = run.tags[contract.runTags.dataCommit];
  if (tagged !== commit) {
    throw new Error(`the run says ${tagged}, git says ${commit}`);
  }
  say('the commit on the run is the one that git says; nothing but the deployed functions wrote it');
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
