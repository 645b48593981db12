import contract from '../lib/private/contract.json';

/**
 * The names, patterns and limits that constructs, functions and jobs have to agree on.
 */
export { contract };

export type ContractPattern = keyof typeof contract.patterns;

/**
 * One of the contract's patterns, ready to test a text with.
 */
export function pattern(name: ContractPattern): RegExp {
  return new RegExp(contract.patterns[name]);
}
