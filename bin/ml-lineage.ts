import { Command, CommanderError } from 'commander';
import { version } from '../package.json';
import { addEvidenceVerify } from './evidence-verify-command';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';
import { addTrace } from './trace-command';

const program = new Command('ml-lineage')
  .description('Says which data a model was given.')
  .version(version)
  .exitOverride()
  .showHelpAfterError('(ml-lineage --help shows what there is)');

addTrace(program);

const evidence = program.command('evidence').description('says what the signed evidence is worth');
addEvidenceVerify(evidence);

program.parseAsync().catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.usage;
    return;
  }
  process.stderr.write(`ml-lineage: ${terminalText(error instanceof Error ? error.message : String(error))}\n`);
  process.exitCode = EXIT.failed;
});
