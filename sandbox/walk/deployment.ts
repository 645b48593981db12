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
}

export interface PlatformContext {
  readonly platformName: string;
  readonly dataRepositoryUrl: string;
  readonly dataRepositoryTokenSecretArn: string;
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
 * Deploys the CDK app with the CDK command line, as a platform team does.
 */
export async function deployPlatform(
  environment: NodeJS.ProcessEnv,
  context: PlatformContext,
): Promise<PlatformOutputs> {
  const folder = await mkdtemp(join(tmpdir(), 'cdk-out-'));
  try {
    const outputs = join(folder, 'outputs.json');
    await runProgram(
      CDK,
      [
        'deploy',
        '--require-approval=never',
        `--outputs-file=${outputs}`,
        `--output=${join(folder, 'cdk.out')}`,
        ...Object.entries(context).map(([key, value]) => `--context=${key}=${value}`),
      ],
      {
        cwd: projectRoot,
        environment: { ...environment, PATH: `${join(projectRoot, 'node_modules', '.bin')}:${environment.PATH}` },
      },
    );
    return JSON.parse(await readFile(outputs, 'utf8'))[stackNameOf(context.platformName)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
