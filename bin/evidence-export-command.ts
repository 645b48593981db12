import type { Command } from 'commander';
import { contract } from '../core/contract';
import { version } from '../package.json';
import { assertMatches } from './arguments';
import { storeOfStack } from './evidence-source';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';
import { writeExport } from './write-export';

export function addEvidenceExport(evidence: Command): void {
  const command = evidence
    .command('export')
    .description('copies all evidence about a job into a new folder, to be verified where there is no network')
    .argument('<job>', 'the name of a job, an endpoint or a batch transform, or <group>.<version> of a model package')
    .requiredOption('--stack <name>', 'the CloudFormation stack of the lineage platform')
    .requiredOption('--to <folder>', 'the folder to make; one that is there already is never written into')
    .addHelpText(
      'after',
      `
The folder holds the bytes of every version of the statements, the public keys, and a list with the version ids, delete
markers and dates of S3. The list is not signed. Nobody can change a statement in it without being found out, but versions,
delete markers and last statements can be left out of it: hand the SHA-256 of the list over by another way than the folder.

Exit codes: ${EXIT.verified} exported, ${EXIT.notProvable} there is nothing to export, ${EXIT.usage} not understood, ${EXIT.failed} failed.

Example:
  ml-lineage evidence export pipelines-abc-Train-xyz --stack ml-lineage-radiology --to evidence-of-train`,
    )
    .action(async (name: string, { stack, to }: { stack: string; to: string }) => {
      assertMatches(command, '<job>', 'evidenceName', name);
      assertMatches(command, '--stack', 'stackName', stack);
      const { platformName, bucket, reader } = await storeOfStack(stack);
      const request = {
        platform: platformName,
        name,
        bucket,
        exportedBy: `${contract.packageName}/${version}`,
        exportedAt: new Date(),
      };
      const written = await writeExport(to, request, reader);
      if (!written) {
        process.stdout.write(
          `there is no evidence about ${name} in the platform ${platformName}; nothing was written\n`,
        );
        process.exitCode = EXIT.notProvable;
        return;
      }
      const { versions, bytes, listSha256 } = written;
      process.stdout.write(
        terminalText(`${versions} versions, ${bytes.toLocaleString('en')} bytes, are in ${to}`) +
          `\nSHA-256 of its list: ${listSha256}\n`,
      );
    });
}
