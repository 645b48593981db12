import type { Command } from 'commander';
import { exportedFolder } from '../core/evidence/exported-source';
import { KINDS, type Kind } from '../core/evidence/incarnation';
import { type EvidenceFindings, verifyEvidence } from '../core/evidence/verify-evidence';
import { assertMatches, shown } from './arguments';
import { storeOfStack } from './evidence-source';
import { EXIT } from './exit-codes';

export interface EvidenceOptions {
  readonly stack?: string;
  readonly from?: string;
  readonly kind?: string;
  readonly trust: string[];
}

/**
 * Gives a command what every question about evidence takes: about what, where it is, and whom to believe.
 */
export function withEvidenceOptions(command: Command): Command {
  return command
    .argument('<job>', 'the name of a job, an endpoint or a batch transform, or <group>.<version> of a model package')
    .option('--stack <name>', 'the CloudFormation stack of the lineage platform')
    .option('--from <folder>', 'a folder made by "ml-lineage evidence export", in the place of --stack; asks nobody')
    .requiredOption('--trust <fingerprint...>', 'SHA-256 of the public keys that you trust, from whom you trust')
    .option('--kind <kind>', `only what is of this kind: ${KINDS.join(', ')}`)
    .addHelpText(
      'after',
      `
Without --kind, everything of this name is looked at, and the worst of it decides how the command ends.

The fingerprint of a platform's key, for whoever trusts the account it is in:
  aws kms get-public-key --key-id <SigningKeyArn> --query PublicKey --output text | base64 -d | sha256sum

Exit codes: ${EXIT.verified} the last statement is verified, ${EXIT.conflict} it is a conflict or something is broken, ${EXIT.notProvable} not provable,
${EXIT.usage} not understood, ${EXIT.failed} failed.`,
    );
}

/**
 * Verifies what a command was asked about.
 */
export async function findEvidence(
  command: Command,
  name: string,
  options: EvidenceOptions,
): Promise<EvidenceFindings> {
  const { stack, from, kind, trust } = options;
  assertMatches(command, '<job>', 'evidenceName', name);
  for (const fingerprint of trust) {
    assertMatches(command, '--trust', 'sha256', fingerprint);
  }
  const kinds = kindsOf(command, kind);
  if (stack !== undefined && from === undefined) {
    assertMatches(command, '--stack', 'stackName', stack);
    return verifyEvidence(name, kinds, await storeOfStack(stack), trust);
  }
  if (from !== undefined && stack === undefined) {
    return verifyEvidence(name, kinds, await exportedFolder(from, name), trust);
  }
  return command.error('name either --stack or --from: the store itself, or a folder that was exported from it');
}

function kindsOf(command: Command, kind: string | undefined): readonly Kind[] {
  if (kind === undefined) {
    return KINDS;
  }
  const chosen = KINDS.filter((one) => one === kind);
  return chosen.length > 0 ? chosen : command.error(`--kind must be one of ${KINDS.join(', ')}, got ${shown(kind)}`);
}
