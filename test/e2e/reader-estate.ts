import { join } from 'node:path';
import { DescribeTrainingJobCommand } from '@aws-sdk/client-sagemaker';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { kmsSigner } from '../../core/kms/kms-signer';
import { s3EvidenceReader } from '../../core/s3/evidence-reader';
import type { Sandbox } from '../../sandbox/instance';
import { environmentDirectory, projectRoot } from '../../sandbox/project-paths';
import { deployModel, makeModel, transformWith } from '../../sandbox/walk/deployed-model';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import {
  deployPipelineWalk,
  type FinishedExecution,
  type PipelineWalk,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { type Finished, finish, runProgram } from '../../sandbox/walk/run-program';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import { setAlias } from './call-mlflow';

export const CLI = join(projectRoot, 'assets', 'ml-lineage.cjs');
const AWS = join(environmentDirectory('aws-cli'), 'bin', 'aws');

/**
 * A platform about which everything can be asked that there is to ask.
 */
export interface ReaderEstate {
  readonly walk: PipelineWalk;
  readonly execution: FinishedExecution;
  readonly runId: string;
  /** the fingerprint of the key that signs. */
  readonly trusted: string;
}

export async function makeReaderEstate(sandbox: Sandbox, platform: string): Promise<ReaderEstate> {
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  const walk = await deployPipelineWalk(sandbox, platform);
  const trusted = (await kmsSigner(walk.aws.kms, walk.outputs.SigningKeyArn)).keyid;
  const execution = await runPipeline(
    walk,
    'v1',
    await putRawData(walk, 'small', await sampleDataset(environment, 60)),
  );
  const runId = (await runOfExecution(walk, execution)).id;
  const { ModelArtifacts } = await walk.aws.sagemaker.send(
    new DescribeTrainingJobCommand({ TrainingJobName: execution.trainingJobName }),
  );
  await makeModel(walk.aws, 'honest', ModelArtifacts?.S3ModelArtifacts ?? '');
  await deployModel(walk.aws, 'Serving', 'honest');
  await transformWith(walk.aws, 'Batch', 'honest');
  await setAlias(sandbox, walk.outputs.MlflowAppArn, { name: 'diagnosis', alias: 'champion', version: '1' });
  for (const subject of ['endpoint/Serving', 'transform-job/Batch', 'model-package/']) {
    await statementsAbout(walk, `${platform}/${subject}`);
  }
  await askForCheckpoint(walk);
  await statementsAbout(walk, `${platform}/checkpoint/`);
  return { walk, execution, runId, trusted };
}

/** As the schedule does. */
async function askForCheckpoint({ aws, outputs }: PipelineWalk): Promise<void> {
  const { CheckpointQueueUrl: QueueUrl } = outputs as PipelineWalk['outputs'] & { CheckpointQueueUrl: string };
  const event = { source: 'aws.events', 'detail-type': 'Scheduled Event', time: new Date().toISOString() };
  await aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
}

async function statementsAbout({ aws, outputs }: PipelineWalk, prefix: string): Promise<void> {
  await eventually(`a statement below ${prefix}`, 120, async () => {
    for await (const { key } of s3EvidenceReader(aws.s3, outputs.EvidenceBucketName).versions(prefix)) {
      return key;
    }
    return undefined;
  });
}

/**
 * A person of the account whose only policy can be changed, and the command line with what they may do.
 */
export class Reader {
  private constructor(
    private readonly sandbox: Sandbox,
    private readonly keys: { AccessKeyId: string; SecretAccessKey: string },
  ) {}

  static async make(sandbox: Sandbox): Promise<Reader> {
    const iam = (...args: string[]) =>
      runProgram(AWS, ['iam', ...args, '--output', 'json'], { environment: sandbox.processEnvironment() });
    await iam('create-user', '--user-name', 'reader');
    const { AccessKey } = JSON.parse(await iam('create-access-key', '--user-name', 'reader'));
    return new Reader(sandbox, AccessKey);
  }

  async allow(policy: object): Promise<void> {
    const document = JSON.stringify(policy);
    const args = ['--user-name', 'reader', '--policy-name', 'all', '--policy-document', document];
    await runProgram(AWS, ['iam', 'put-user-policy', ...args], { environment: this.sandbox.processEnvironment() });
  }

  ask(args: readonly string[], cwd?: string): Promise<Finished> {
    const { AWS_SESSION_TOKEN: _none, ...environment } = this.sandbox.processEnvironment();
    const { AccessKeyId, SecretAccessKey } = this.keys;
    return finish(CLI, args, {
      ...(cwd === undefined ? {} : { cwd }),
      environment: { ...environment, AWS_ACCESS_KEY_ID: AccessKeyId, AWS_SECRET_ACCESS_KEY: SecretAccessKey },
    });
  }
}
