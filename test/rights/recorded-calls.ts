import { readFileSync } from 'node:fs';
import type { Call } from '../lib/simulated-account';

/**
 * One call that a role made in a local AWS, and whether IAM allowed it there.
 */
export interface RecordedCall extends Call {
  readonly role: string;
  readonly context: Readonly<Record<string, string | string[]>>;
  readonly allowed: boolean;
}

/**
 * Reads the calls that a sandbox has recorded. A record that was full is none: what is missing could be anything.
 */
export function readRecordedCalls(file: string): RecordedCall[] {
  const calls = readFileSync(file, 'utf8')
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
  const full = calls.find((call) => 'full' in call);
  if (full) {
    throw new Error(`${file} has no room for more than ${full.full} calls; raise RECORDED_CALLS in sandbox/`);
  }
  return calls;
}
