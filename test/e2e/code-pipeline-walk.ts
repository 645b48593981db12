import { cp, mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Sandbox } from '../../sandbox/instance';
import { dataDirectory } from '../../sandbox/instance-state';
import { awsClients } from '../../sandbox/walk/aws-clients';
import { DataCheckout } from '../../sandbox/walk/data-repository';
import {
  deployPipelineWalk,
  type FinishedExecution,
  finishExecution,
  type PipelineOutputs,
  type PipelineWalk,
} from '../../sandbox/walk/pipeline-walk';
import { type HostedRepository, hostRepository } from '../../sandbox/walk/platform-walk';
import { startPipeline } from '../../sandbox/walk/start-pipeline';

const CODE = join(__dirname, 'code');
// what a folder has no script of its own for.
const PLAIN_SCRIPTS = ['preprocess.py', 'train.py'];

/** The example, with a second pipeline whose scripts come from a branch of a code repository. */
export interface CodePipelineWalk extends PipelineWalk {
  readonly outputs: PipelineOutputs & { readonly CodeRepositoryPipelineName: string };
  readonly code: DataCheckout;
}

export async function deployCodePipelineWalk(
  sandbox: Sandbox,
  platformName: string,
  program = 'tsx test/e2e/apps/code-repository.ts',
): Promise<CodePipelineWalk> {
  const repository = await hostRepository(sandbox, awsClients(sandbox.environment()), `${platformName}/code`);
  const [code, walk] = await Promise.all([
    pushScripts(sandbox, repository),
    deployPipelineWalk(sandbox, platformName, {
      program,
      context: {
        codeRepositoryUrl: repository.url,
        codeRepositoryTokenSecretArn: repository.tokenSecretArn,
      },
    }),
  ]);
  return { ...walk, outputs: walk.outputs as CodePipelineWalk['outputs'], code };
}

/** Pushes a branch for each folder of scripts. */
async function pushScripts(sandbox: Sandbox, { url }: HostedRepository): Promise<DataCheckout> {
  const folder = join(dataDirectory(sandbox.directory), 'checkouts', 'code');
  await mkdir(folder, { recursive: true });
  const checkout = new DataCheckout(folder, url, sandbox.gitToken, sandbox.processEnvironment());
  await checkout.git('init', '--quiet', '--initial-branch=main');
  await checkout.git('remote', 'add', 'origin', url);
  const branches = (await readdir(CODE, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  for (const { name } of branches) {
    await checkout.git('checkout', '--quiet', '--orphan', name);
    await Promise.all(PLAIN_SCRIPTS.map((script) => cp(join(CODE, script), join(folder, script))));
    await cp(join(CODE, name), folder, { recursive: true });
    await checkout.git('add', '--all');
    await checkout.git('commit', '--quiet', '--message', `Scripts ${name}`);
  }
  await checkout.git('push', '--quiet', 'origin', '--all');
  return checkout;
}

/** Starts the pipeline with the scripts of a branch, tag or commit. */
export function startCode(
  walk: CodePipelineWalk,
  codeRevision: string,
  inputUri: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<string> {
  return startPipeline(walk.aws, walk.outputs.CodeRepositoryPipelineName, {
    DataVersion: codeRevision,
    InputUri: inputUri,
    CodeRevision: codeRevision,
    ...parameters,
  });
}

/** Runs the pipeline with the scripts of a branch to its end. */
export async function runCode(
  walk: CodePipelineWalk,
  codeRevision: string,
  inputUri: string,
  parameters: Readonly<Record<string, string>> = {},
): Promise<FinishedExecution> {
  return finishExecution(walk, await startCode(walk, codeRevision, inputUri, parameters), codeRevision);
}
