import {
  CreateProcessingJobCommand,
  CreateTrainingJobCommand,
  type CreateTrainingJobCommandInput,
  DescribeProcessingJobCommand,
} from '@aws-sdk/client-sagemaker';
import contract from '../../lib/private/contract.json';
import { Sandbox } from '../../sandbox/instance';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { deployPipelineWalk, type PipelineWalk, putRawData } from '../../sandbox/walk/pipeline-walk';
import { waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import { readTrainingJobLog, waitForTrainingJob } from '../../sandbox/walk/training-job';

const REVISION = 'v1-own-jobs';

jest.setTimeout(300_000);

let sandbox: Sandbox;
let walk: PipelineWalk;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'own-jobs' });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployPipelineWalk(sandbox, 'radiology', { program: 'tsx test/e2e/apps/own-jobs.ts' });
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

/** The request of an output, with its places filled as the description of the output says. */
function requestOf(output: RegExp, jobName: string) {
  const [, text = ''] = Object.entries(walk.outputs).find(([name]) => output.test(name)) ?? [];
  return JSON.parse(text.replaceAll('<JobName>', jobName).replaceAll('<DataRevision>', REVISION));
}

function withoutLineage(request: CreateTrainingJobCommandInput, jobName: string): CreateTrainingJobCommandInput {
  const InputDataConfig = request.InputDataConfig?.filter(
    ({ ChannelName }) => ChannelName !== contract.channels.lineage,
  );
  return { ...request, TrainingJobName: jobName, InputDataConfig };
}

async function completed(jobName: string): Promise<void> {
  const job = await waitForTrainingJob(walk.aws, jobName);
  if (job.TrainingJobStatus !== 'Completed') {
    throw new Error(`${jobName}: ${job.FailureReason}\n${await readTrainingJobLog(sandbox, jobName)}`);
  }
}

test('jobs that are started by hand with the outputs are attested like those of a pipeline, and not without what the one hands to the other', async () => {
  const { sagemaker } = walk.aws;
  const files = await sampleDataset(sandbox.processEnvironment(), 100);
  await putRawData(walk, 'own-jobs', { 'records.csv': files['first.csv'] ?? '' });

  await sagemaker.send(new CreateProcessingJobCommand(requestOf(/^OwnJobsProcessingJobRequest/, 'own-preprocess')));
  const processing = await eventually('the end of own-preprocess', 120, async () => {
    const job = await sagemaker.send(new DescribeProcessingJobCommand({ ProcessingJobName: 'own-preprocess' }));
    return ['Completed', 'Failed', 'Stopped'].includes(job.ProcessingJobStatus ?? '') ? job : undefined;
  });
  expect([processing.ProcessingJobStatus, processing.FailureReason ?? processing.ExitMessage]).toEqual([
    'Completed',
    undefined,
  ]);

  const request = requestOf(/^OwnJobsTrainingJobRequest/, 'own-train');
  await sagemaker.send(new CreateTrainingJobCommand(request));
  await sagemaker.send(new CreateTrainingJobCommand(withoutLineage(request, 'own-train-without')));
  await completed('own-train');
  await completed('own-train-without');

  await walk.checkout.clone();
  const data = { data_git_commit_id: await walk.checkout.resolve(REVISION), 'lineage.data_revision': REVISION };
  const { tags } = await waitForTaggedRun(walk, 'own-train');
  expect(tags).toMatchObject({ ...data, 'lineage.assurance': 'attested' });
  // the control: the same job without what the processing job handed on.
  const { tags: without } = await waitForTaggedRun(walk, 'own-train-without');
  expect(without).toMatchObject({ ...data, 'lineage.assurance': 'configured' });
});
