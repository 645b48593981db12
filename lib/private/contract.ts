import contract from './contract.json';

/**
 * The names, patterns and limits that constructs, functions and jobs have to agree on.
 */
export { contract };

/**
 * Whether a text matches one of the contract's patterns.
 */
export function matches(pattern: keyof typeof contract.patterns, text: string): boolean {
  return new RegExp(contract.patterns[pattern]).test(text);
}
