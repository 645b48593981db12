import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { Command, CommanderError } from 'commander';
import { contract, pattern } from '../core/contract';
import { MlflowClient } from '../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../core/mlflow/signed-request';
import { version } from '../package.json';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';
import { traceRun } from './trace';

const program = new Command('ml-lineage')
  .description('Says which data a model was given.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(ml-lineage --help shows what there is)');

program
  .command('trace')
  .description('follows an MLflow run to its data commit and datasets')
  .argument('<run>', 'the id of the run')
  .requiredOption('--mlflow-app <arn>', 'the ARN of the SageMaker MLflow App that the run was logged to')
  .addHelpText(
    'after',
    `
Exit codes: ${EXIT.conflict} two sources disagree, ${EXIT.notProvable} not provable, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage trace 0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b --mlflow-app arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE`,
  )
  .action(async (runId: string, { mlflowApp }: { mlflowApp: string }) => {
    assertMatches('mlflowRunId', '<run>', runId);
    assertMatches('mlflowAppArn', '--mlflow-app', mlflowApp);
    const app = locateMlflowApp(mlflowApp, process.env[contract.jobEnvironment.mlflowEndpoint]);
    const run = await new MlflowClient(app, defaultProvider()).getRun(runId);
    if (!run) {
      process.stderr.write(`${mlflowApp} has no run ${runId}\n`);
      process.exitCode = EXIT.notProvable;
      return;
    }
    const { lines, exitCode } = traceRun(run);
    process.stdout.write(`${lines.join('\n')}\n`);
    process.exitCode = exitCode;
  });

function assertMatches(name: 'mlflowRunId' | 'mlflowAppArn', argument: string, value: string): void {
  if (!pattern(name).test(value)) {
    program.error(`${argument} must match ${contract.patterns[name]}, got ${terminalText(JSON.stringify(value))}`);
  }
}

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    return;
  }
  process.stderr.write(`ml-lineage: ${terminalText(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = EXIT.failed;
});
