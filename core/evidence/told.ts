import { z } from 'zod';
import { contract, pattern } from '../contract';
import { type AllowedRepository, findAllowed } from '../git/allowed-repositories';
import { isWellFormed, toWellFormed } from './canonical-json';
import { sha256, sha256OfValue } from './digest';
import { type Origin, origin } from './fact';
import { Explanation, printable, RunId, Sha256, setOf } from './fields';

// the path of a dataset and its MD5, the longest that there is to compare with.
const LONGEST_CLAIM = 1100;

/**
 * What somebody else wrote: in clear where it can be no secret, else only its SHA-256, which tells whether two are the
 * same.
 */
export const Told = z.union([z.strictObject({ value: printable(LONGEST_CLAIM) }), z.strictObject({ sha256: Sha256 })]);
export type Told = z.infer<typeof Told>;

/**
 * What jobs and runs may claim.
 */
export const CLAIMED = ['data-commit', 'data-repository', 'data-revision', 'dataset', 'tree', 'training-job'] as const;

/**
 * A claim and what it was compared with.
 */
export const Claim = z
  .strictObject({
    claimed: z.enum(CLAIMED),
    runId: RunId.optional(),
    said: Told,
    /** what our functions found out; null where they found nothing to compare with. */
    derived: printable(LONGEST_CLAIM).nullable(),
    agrees: z.boolean(),
    ...origin,
  })
  .refine(({ said, derived, agrees }) => agrees === ('value' in said && said.value === derived), {
    error: 'a claim agrees exactly where it says what was derived',
  })
  .refine(
    ({ claimed, said, derived }) => !('value' in said) || said.value === derived || isCommit(claimed, said.value),
    {
      error: 'a claim that differs is only told in clear where it is the id of a commit',
    },
  );
export type Claim = z.infer<typeof Claim>;

/**
 * Compares what was claimed with what was derived.
 */
export function compareClaim(
  claimed: (typeof CLAIMED)[number],
  said: string,
  derived: string | undefined,
  from: Origin & { runId?: string },
): Claim {
  const agrees = said === derived;
  return {
    claimed,
    said: agrees || isCommit(claimed, said) ? { value: said } : { sha256: sha256(said) },
    derived: derived ?? null,
    agrees,
    ...from,
  };
}

/**
 * The parameters or metrics of a run. What the platform does not name is told by one SHA-256 for each, over name and
 * value together: a digest of a short value alone could be guessed.
 */
export const LoggedValues = z.strictObject({
  named: setOf(
    z.strictObject({ name: printable(250), value: printable(contract.limits.evidenceValueCharacters) }),
    contract.limits.evidenceValuesInClear,
  ),
  others: setOf(Sha256, contract.limits.evidenceValueDigests),
  /** how many are in neither list, because there are too many. */
  omitted: z.int().min(0),
});
export type LoggedValues = z.infer<typeof LoggedValues>;

/**
 * Tells in clear what the platform named and what is short and printable, and the rest by its digest.
 */
export function tellValues(values: Readonly<Record<string, string>>, named: ReadonlySet<string>): LoggedValues {
  const { evidenceValuesInClear, evidenceValueCharacters, evidenceValueDigests } = contract.limits;
  const entries = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : 1));
  const mayBeClear = ([name, value]: [string, string]) =>
    named.has(name) && isPrintable(name, 250) && isPrintable(value, evidenceValueCharacters);
  const clear = entries.filter(mayBeClear).slice(0, evidenceValuesInClear);
  const shown = new Set(clear.map(([name]) => name));
  const digests = entries.filter(([name]) => !shown.has(name)).map((entry) => loggedValueDigest(...entry));
  const others = digests.sort().slice(0, evidenceValueDigests);
  return {
    named: clear.map(([name, value]) => ({ name, value })),
    others,
    omitted: digests.length - others.length,
  };
}

/**
 * The digest that stands for a parameter or metric. A text with half a surrogate pair counts as its UTF-8 form.
 */
export function loggedValueDigest(name: string, value: string): string {
  return sha256OfValue([toWellFormed(name), toWellFormed(value)]);
}

/**
 * The address of a repository as the platform writes it, if the platform allows it. Nothing else of what was named is
 * told: it may hold a token.
 */
export function tellRepository(named: string | undefined, allowed: readonly AllowedRepository[]): string | undefined {
  return named === undefined ? undefined : findAllowed(allowed, named)?.url;
}

/**
 * Makes an explanation fit for evidence: no addresses, no control characters, bounded.
 */
export function tellExplanation(text: string): string {
  const printableText = pattern('printableText');
  const withoutAddresses = toWellFormed(text).replace(/[^\s"'<>(),;:]*:\/\/\S*/g, '[address]');
  const told = [...withoutAddresses]
    .map((character) => (printableText.test(character) ? character : '\uFFFD'))
    .join('');
  const longest = contract.limits.evidenceExplanationCharacters;
  // half of a surrogate pair must not be left where the text is cut.
  const bounded = told.length <= longest ? told : `${told.slice(0, longest - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
  return Explanation.parse(bounded);
}

function isCommit(claimed: (typeof CLAIMED)[number], said: string): boolean {
  return claimed === 'data-commit' && pattern('gitCommit').test(said);
}

function isPrintable(text: string, longest: number): boolean {
  return text.length > 0 && text.length <= longest && isWellFormed(text) && pattern('printableText').test(text);
}
