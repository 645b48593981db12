import { type ContractPattern, contract, pattern } from '../contract';
import { LineageError } from '../lineage-error';

const LONGEST_SHOWN = 300;

/**
 * Holds an argument to its form. Callers without types are held to it too.
 */
export function assertMatches(name: string, form: ContractPattern, value: string): void {
  if (typeof value !== 'string' || !pattern(form).test(value)) {
    throw new LineageError('invalid-argument', `${name} must match ${contract.patterns[form]}, got ${shown(value)}`);
  }
}

/**
 * Holds the fingerprints of the keys that a caller trusts to their form.
 */
export function assertFingerprints(name: string, fingerprints: readonly string[]): void {
  if (!Array.isArray(fingerprints)) {
    throw new LineageError('invalid-argument', `${name} must be an array of fingerprints, got ${shown(fingerprints)}`);
  }
  for (const fingerprint of fingerprints) {
    assertMatches(`each of ${name}`, 'sha256', fingerprint);
  }
}

/**
 * An argument as an error tells it: quoted and bounded.
 */
export function shown(value: unknown): string {
  return String(JSON.stringify(typeof value === 'string' ? value.slice(0, LONGEST_SHOWN) : value)).slice(
    0,
    LONGEST_SHOWN,
  );
}
