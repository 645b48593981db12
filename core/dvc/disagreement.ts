import type { ConflictReason } from '../chain/derivation';

export interface Disagreement {
  readonly reason: ConflictReason;
  readonly explanation: string;
}

/**
 * What a repository says, for a message: not more of it than helps.
 */
export function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 200));
}
