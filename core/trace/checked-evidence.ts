import { chainPrefix } from '../evidence/chain-key';
import { findChains, type IncarnationChain } from '../evidence/find-chains';
import type { Kind } from '../evidence/incarnation';
import type { Outcome } from '../evidence/outcome';
import { type ChainCheck, type StoredStatement, verifyChain } from '../evidence/verify-chain';
import type { Link } from './link';
import { answerOf, failedLink, SourceFailure } from './source-failure';
import type { TraceSources } from './sources';

/**
 * What the evidence about one thing came to. `not-checked`: the caller trusts no key.
 */
export type CheckedEvidence = (
  | ChainCheck
  | { readonly kind: 'not-checked' }
  | { readonly kind: 'failed'; readonly failure: SourceFailure }
) & { readonly prefix: string };

const MOST_PROBLEMS = 3;
const MOST_REASONS = 5;

/**
 * Verifies the evidence about a thing of a name.
 *
 * @param createdAt which of those that ever had the name; where nobody knows any more, the last
 */
export async function checkEvidence(
  { platform, evidence }: Pick<TraceSources, 'platform' | 'evidence'>,
  kind: Kind,
  name: string,
  createdAt: string | undefined,
): Promise<CheckedEvidence> {
  const prefix = `${platform}/${kind}/${name}/`;
  if (!evidence) {
    return { kind: 'not-checked', prefix };
  }
  const answer = await answerOf(
    (async (): Promise<CheckedEvidence> => {
      const chain: IncarnationChain | undefined =
        createdAt === undefined
          ? (await findChains(platform, name, [kind], evidence.reader)).chains.at(-1)
          : { platform, kind, name, createdAt };
      return chain
        ? { ...(await verifyChain(chain, evidence.reader, evidence.trusted)), prefix: chainPrefix(chain) }
        : { kind: 'absent', prefix };
    })(),
  );
  return answer instanceof SourceFailure ? { kind: 'failed', failure: answer, prefix } : answer;
}

/**
 * The last statement of a chain that was found good throughout.
 */
export function lastOf(checked: CheckedEvidence): StoredStatement | undefined {
  return checked.kind === 'intact' ? checked.statements.at(-1) : undefined;
}

/**
 * The evidence as a link of a chain.
 *
 * @param tagged what a run or a package names as its statement, if it does
 */
export function evidenceLink(checked: CheckedEvidence, tagged: string | undefined): Link {
  const common = { kind: 'evidence', value: checked.prefix, sources: ['evidence'] } as const;
  switch (checked.kind) {
    case 'failed':
      return failedLink('evidence', checked.prefix, checked.failure);
    case 'not-checked':
      return {
        ...common,
        outcome: 'not-compared',
        problem: 'evidence-not-checked',
        check: 'not read: name the keys that you trust with --trust',
      };
    case 'absent':
      return tagged === undefined
        ? { ...common, outcome: 'missing', problem: 'evidence-missing', check: 'nothing is stated about it' }
        : {
            ...common,
            outcome: 'missing',
            problem: 'tag-without-evidence',
            check: `nothing is stated about it, although its tag names ${tagged}`,
          };
    case 'broken': {
      const told = checked.problems.slice(0, MOST_PROBLEMS).map(({ code, key, explanation }) => {
        return `${code} at ${key}: ${explanation}`;
      });
      return { ...common, outcome: 'differs', problem: 'evidence-broken', check: told.join('; ') };
    }
    case 'intact':
      return { ...common, ...intact(checked.statements, tagged) };
  }
}

function intact(
  statements: readonly StoredStatement[],
  tagged: string | undefined,
): Pick<Link, 'value' | 'outcome' | 'problem' | 'check'> {
  const last = statements.at(-1) as StoredStatement;
  const value = last.key;
  const { predicate } = last.statement;
  if (!('outcome' in predicate)) {
    throw new Error(`${value} says of nothing how it came out; only statements about jobs and deployments do`);
  }
  const { outcome } = predicate;
  const said = `${countOf(statements)} verified; the last says ${outcome.status}, recorded ${predicate.recordedAt}`;
  if (outcome.status === 'conflict') {
    return { value, outcome: 'differs', problem: 'evidence-conflict', check: `${said}: ${reasonsOf(outcome)}` };
  }
  const position = tagged === undefined ? -1 : statements.findIndex((one) => referenceOf(one) === tagged);
  if (tagged !== undefined && position < 0) {
    const check = `${said}; the tag names ${tagged}, which is none of them`;
    return { value, outcome: 'differs', problem: 'tag-without-evidence', check };
  }
  if (outcome.status === 'unresolved') {
    return { value, outcome: 'missing', problem: 'evidence-unresolved', check: `${said}: ${reasonsOf(outcome)}` };
  }
  if (tagged !== undefined && position < statements.length - 1) {
    const check = `${said}; the tag names statement ${position + 1}, which is an earlier one`;
    return { value, outcome: 'not-compared', problem: 'tag-of-earlier-evidence', check };
  }
  if (outcome.status === 'recorded') {
    const check = `${said}; it had not compared ${outcome.notCompared.join(', ')}`;
    return { value, outcome: 'not-compared', problem: 'evidence-recorded', check };
  }
  return { value, outcome: 'agrees', check: tagged === undefined ? said : `${said}; the tag names it` };
}

function countOf({ length }: readonly unknown[]): string {
  return length === 1 ? '1 statement was' : `${length} statements were`;
}

function reasonsOf(outcome: Outcome): string {
  const reasons = 'reasons' in outcome ? outcome.reasons : [];
  return reasons
    .slice(0, MOST_REASONS)
    .map(({ code, explanation }) => `${code}: ${explanation}`)
    .join('; ');
}

function referenceOf({ key, sha256 }: StoredStatement): string {
  return `${key}@sha256:${sha256}`;
}
