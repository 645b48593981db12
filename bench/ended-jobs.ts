import { join } from 'node:path';
import type { SQSEvent } from 'aws-lambda';
import { Derivation } from '../core/chain/derivation';
import { contract } from '../core/contract';
import type { Sandbox } from '../sandbox/instance';
import { projectRoot } from '../sandbox/project-paths';
import { jobEnvironment, type Walk } from '../sandbox/walk/platform-walk';
import { startTrainingJob, waitForTrainingJob } from '../sandbox/walk/training-job';
import { PLATFORM } from './deployed-platform';
import { type LoggedRun, RunLogger } from './logged-run';
import { queueEvent } from './queue-event';

const SCRIPT = join(projectRoot, 'bench', 'training-job', 'random_model.py');
const JOBS_AT_ONCE = 4;

export const DATA_COMMIT = '0123456789abcdef0123456789abcdef01234567';
export const DATASET = { path: 'data', md5: '0123456789abcdef0123456789abcdef.dir', sizeBytes: 125_204, files: 2 };

/**
 * A job that has ended with a model and a run, and the message about it that the run-tagger gets.
 */
export interface EndedJob {
  readonly name: string;
  readonly runId: string;
  readonly modelUri: string;
  readonly revision: string;
  readonly event: SQSEvent;
}

/**
 * Has jobs run, one for each data revision.
 */
export async function runJobs(sandbox: Sandbox, walk: Walk, revisions: readonly string[]): Promise<EndedJob[]> {
  const waiting = [...revisions.entries()];
  const ended: Awaited<ReturnType<typeof runJob>>[] = [];
  const work = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, revision] = next;
      ended[index] = await runJob(walk, `bench-${index}`, revision);
    }
  };
  await Promise.all(Array.from({ length: JOBS_AT_ONCE }, work));

  const logger = new RunLogger(sandbox, walk.outputs.MlflowAppArn);
  const experiment = await logger.openExperiment('bench');
  const jobs: EndedJob[] = [];
  // one after the other: two that log a new dataset at once are refused by MLflow's database.
  for (const { run, ...job } of ended) {
    jobs.push({ ...job, runId: await logger.log(experiment, run) });
  }
  return jobs;
}

async function runJob(walk: Walk, name: string, revision: string) {
  const { arn, createdAt, modelUri, ...job } = await runTrainingJob(walk, name, revision);
  const run: LoggedRun = {
    ...job.run,
    parameters: { [contract.runTags.dataCommit]: DATA_COMMIT },
    dataset: { commit: DATA_COMMIT, path: DATASET.path, md5: DATASET.md5 },
  };
  return { name, modelUri, revision, run, event: taggingMessage(walk, { arn, createdAt }, name, revision) };
}

/**
 * Has a job run that makes a model, as if it had logged a run that claims nothing.
 */
export async function runTrainingJob(walk: Walk, name: string, revision: string) {
  const environment = jobEnvironment(walk, revision);
  await startTrainingJob(walk.aws, walk.outputs, { name, script: SCRIPT, environment });
  const job = await waitForTrainingJob(walk.aws, name);
  const { TrainingJobArn: arn, CreationTime: startedAt, TrainingEndTime: endedAt } = job;
  const modelUri = job.ModelArtifacts?.S3ModelArtifacts;
  if (job.TrainingJobStatus !== 'Completed' || !arn || !startedAt || !endedAt || !modelUri) {
    throw new Error(`the training job ${name} ended as ${job.TrainingJobStatus}: ${job.FailureReason}`);
  }
  const run: LoggedRun = {
    startedAt,
    endedAt,
    tags: { [contract.claimTags.trainingJobName]: name, [contract.claimTags.trainingJobArn]: arn },
    parameters: {},
  };
  return { arn, createdAt: startedAt.toISOString(), modelUri, run };
}

// what the lineage-deriver would have sent: it is not measured.
function taggingMessage(
  { repository }: Walk,
  { arn, createdAt }: { readonly arn: string; readonly createdAt: string },
  name: string,
  revision: string,
): SQSEvent {
  const derivation = Derivation.parse({
    version: 1,
    platform: PLATFORM,
    job: { kind: 'training-job', arn, name, createdAt },
    derivedAt: new Date().toISOString(),
    assurance: 'configured',
    configured: { dataRepository: repository.url, dataRevision: revision },
    status: 'recorded',
    dataCommit: DATA_COMMIT,
    datasets: [DATASET],
    notCompared: ['run-claims', 'script-input', 'file-contents'],
  });
  return queueEvent(name, derivation);
}
