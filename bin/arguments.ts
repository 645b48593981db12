import type { Command } from 'commander';
import { type ContractPattern, contract, pattern } from '../core/contract';
import { terminalText } from './terminal-text';

/**
 * Ends the command with its usage where an argument is not of its form. Commander's own messages repeat arguments as they
 * are, and these may have been pasted from anywhere.
 */
export function assertMatches(command: Command, name: string, form: ContractPattern, text: string): void {
  if (!pattern(form).test(text)) {
    command.error(`${name} must match ${contract.patterns[form]}, got ${shown(text)}`);
  }
}

/**
 * An argument as it can be told: quoted, bounded, and safe for a terminal.
 */
export function shown(text: string): string {
  return terminalText(JSON.stringify(text.slice(0, 300)));
}
