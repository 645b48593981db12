import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../project-paths';
import { runProgram } from './run-program';

/**
 * The outputs of the stack behind `cdk deploy`.
 */
export interface PlatformOutputs {
  readonly DvcRemoteUrl: string;
  readonly MlflowAppArn: string;
  readonly ArtifactBucketName: string;
  readonly TrainingRoleArn: string;
  readonly DerivationQueueUrl: string;
  readonly DerivationParkingUrl: string;
  readonly TaggingQueueUrl: string;
  readonly TaggingParkingUrl: string;
  readonly EvidenceBucketName: string;
  readonly SigningKeyArn: string;
  /** how jobs are set up that our toolkit runs, in JSON. */
  readonly JobToolkit: string;
  readonly ChangesQueueUrl: string;
  readonly CheckpointQueueUrl: string;
  readonly CheckpointParkingUrl: string;
  readonly WalkQueueUrl: string;
  readonly WalkParkingUrl: string;
}

export interface PlatformContext {
  readonly platformName: string;
  readonly dataRepositoryUrl: string;
  readonly dataRepositoryTokenSecretArn: string;
  /** absent: no alarms and no dashboard. */
  readonly alarmTopicArn?: string;
}

const CDK = join(projectRoot, 'node_modules', '.bin', 'cdk');

/**
 * Prepares the account for the CDK, once for all platforms.
 */
export async function bootstrapAccount(environment: NodeJS.ProcessEnv): Promise<void> {
  await runProgram(CDK, ['bootstrap', `aws://${environment.AWS_ACCESS_KEY_ID}/${environment.AWS_REGION}`], {
    // outside of the project, where the CDK finds no app that it would have to synthesize first.
    cwd: tmpdir(),
    environment,
  });
}

export function stackNameOf(platformName: string): string {
  return `ml-lineage-${platformName}`;
}

/**
 * A CDK app of this project, and what it has to be told.
 */
export interface CdkApp {
  /** the program that makes the app; the one of cdk.json if absent. */
  readonly program?: string;
  readonly stackName: string;
  readonly context: Readonly<Record<string, string>>;
}

/**
 * Deploys a CDK app with the CDK command line, as a platform team does.
 *
 * @returns the outputs of its stack
 */
export async function deployApp(environment: NodeJS.ProcessEnv, app: CdkApp): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-outputs-'));
  try {
    const outputs = join(folder, 'outputs.json');
    await runCdk(environment, app, ['deploy', '--require-approval=never', `--outputs-file=${outputs}`]);
    return JSON.parse(await readFile(outputs, 'utf8'))[app.stackName];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * Runs the CDK command line on an app, as a platform team does.
 */
export async function runCdk(environment: NodeJS.ProcessEnv, app: CdkApp, command: readonly string[]): Promise<void> {
  const output = await mkdtemp(join(tmpdir(), 'cdk-out-'));
  try {
    await runProgram(
      CDK,
      [
        ...command,
        `--output=${output}`,
        ...(app.program ? [`--app=${app.program}`] : []),
        ...Object.entries(app.context).map(([key, value]) => `--context=${key}=${value}`),
      ],
      {
        cwd: projectRoot,
        environment: { ...environment, PATH: `${join(projectRoot, 'node_modules', '.bin')}:${environment.PATH}` },
      },
    );
  } finally {
    await rm(output, { recursive: true, force: true });
  }
}

/**
 * Deploys the app behind `cdk deploy`.
 */
export async function deployPlatform(
  environment: NodeJS.ProcessEnv,
  context: PlatformContext,
): Promise<PlatformOutputs> {
  const stackName = stackNameOf(context.platformName);
  return (await deployApp(environment, { stackName, context: { ...context } })) as unknown as PlatformOutputs;
}
