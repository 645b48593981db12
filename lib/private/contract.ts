import contract from './contract.json';

/**
 * The names, patterns and limits that constructs, functions and jobs have to agree on.
 */
export { contract };

type ContractPattern = keyof typeof contract.patterns;

/**
 * One of the contract's patterns, ready to test a text with.
 */
export function pattern(name: ContractPattern): RegExp {
  return new RegExp(contract.patterns[name]);
}

/**
 * Whether a text matches one of the contract's patterns.
 */
export function matches(name: ContractPattern, text: string): boolean {
  return pattern(name).test(text);
}
