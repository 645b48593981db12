import { Command, CommanderError } from 'commander';
import { awsFailure } from '../core/doctor/aws-failure';
import { version } from '../package.json';
import { addBackfill } from './backfill-command';
import { addCompletion } from './completion-command';
import { addDoctor } from './doctor-command';
import { addEvidenceCheckpoint } from './evidence-checkpoint-command';
import { addEvidenceExport } from './evidence-export-command';
import { addEvidenceShow } from './evidence-show-command';
import { addEvidenceVerify } from './evidence-verify-command';
import { EXIT } from './exit-codes';
import { addRedrive } from './redrive-command';
import { addRetained } from './retained-command';
import { terminalText } from './terminal-text';
import { addTrace } from './trace-command';

// it speaks to whoever installs the SDK. Here the SDK is bundled, and another Node would not bring a newer one.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

const program = new Command('ml-lineage')
  .description('Says which data a model was given.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(ml-lineage --help shows what there is)');

addTrace(program);
addDoctor(program);
addRetained(program);
addRedrive(program);
addBackfill(program);

const evidence = program.command('evidence').description('says what the signed evidence is worth');
addEvidenceVerify(evidence);
addEvidenceShow(evidence);
addEvidenceExport(evidence);
addEvidenceCheckpoint(evidence);

addCompletion(program);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    return;
  }
  const failure = awsFailure(error);
  const told = failure ? `${failure.what}; ${failure.remedy}` : error instanceof Error ? error.message : String(error);
  process.stderr.write(`ml-lineage: ${terminalText(told)}\n`);
  process.exitCode = EXIT.failed;
});
