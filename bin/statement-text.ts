import type { Origin } from '../core/evidence/fact';
import type { Statement } from '../core/evidence/statement';
import type { Claim } from '../core/evidence/told';
import type { StoredStatement } from '../core/evidence/verify-chain';
import { terminalText } from './terminal-text';

const LABEL_WIDTH = 18;
const INDENT = '  ';

type Members = Readonly<Record<string, unknown>>;
type Check = Extract<Statement['predicate'], { checks: unknown }>['checks'][number];

/**
 * A statement for people, as a tree: everything that it says, each fact with its source and time. Whatever kind of
 * statement it is, nothing is left out, because its members are walked and not chosen.
 */
export function statementTree({ key, versionId, storedAt, sha256, keyid, statement }: StoredStatement): string[] {
  const { predicateType, predicate } = statement;
  const { sequence, previous, recordedAt, recordedBy, platform, ...said } = predicate;
  const { outcome, checks, claims, ...rest } = { outcome: undefined, checks: undefined, claims: undefined, ...said };
  return [
    `statement ${sequence}`,
    ...tree(1, 'recorded', `${recordedAt} by ${recordedBy} of the platform ${platform}`),
    ...tree(1, 'type', predicateType),
    ...tree(1, 'key', key),
    ...tree(1, 'stored', `${storedAt.toISOString()} by the date of the store, as version ${versionId}`),
    ...tree(1, 'sha256', sha256),
    ...tree(1, 'follows', previous ?? 'none, it is the first'),
    ...tree(1, 'signed with', keyid),
    ...(outcome ? tree(1, 'outcome', outcome) : []),
    ...(checks ? listOf(1, 'compared', checks, checkLine) : []),
    ...(claims ? listOf(1, 'claims', claims, claimLine) : []),
    ...members(1, rest),
  ];
}

function checkLine(depth: number, { check, agrees, ...from }: Check): string {
  return line(depth, check, `${agrees ? 'agrees' : 'DIFFERS'} ${fromText(from)}`);
}

function claimLine(depth: number, { claimed, runId, said, derived, agrees, ...from }: Claim): string {
  const value = 'value' in said ? said.value : `sha256 ${said.sha256}`;
  const found = agrees ? 'agrees with what was derived' : `DIFFERS from what was derived: ${derived ?? 'nothing'}`;
  const where = runId === undefined ? '' : ` on the run ${runId}`;
  return line(depth, claimed, `${value}${where} ${fromText(from)} ${found}`);
}

function listOf<T>(depth: number, label: string, values: readonly T[], tell: (depth: number, value: T) => string) {
  return values.length === 0
    ? [line(depth, label, 'none')]
    : [line(depth, label), ...values.map((value) => tell(depth + 1, value))];
}

function members(depth: number, value: Members): string[] {
  return Object.entries(value).flatMap(([name, member]) => tree(depth, inWords(name), member));
}

function tree(depth: number, label: string, value: unknown): string[] {
  if (Array.isArray(value)) {
    return list(depth, label, value);
  }
  if (!isObject(value)) {
    return [line(depth, label, scalar(value))];
  }
  if (!isFromSource(value)) {
    return [line(depth, label), ...members(depth + 1, value)];
  }
  const { source, at, ...rest } = value;
  const from = fromText({ source, at });
  const fact = Object.keys(rest).length === 1 && 'value' in rest ? rest.value : rest;
  if (Array.isArray(fact)) {
    return [line(depth, label, fact.length === 0 ? `none ${from}` : from), ...items(depth + 1, fact)];
  }
  return isObject(fact)
    ? [line(depth, label, from), ...members(depth + 1, fact)]
    : [line(depth, label, `${scalar(fact)} ${from}`)];
}

function list(depth: number, label: string, values: readonly unknown[]): string[] {
  if (values.length === 0) {
    return [line(depth, label, 'none')];
  }
  return values.some(isObject)
    ? [line(depth, label), ...items(depth + 1, values)]
    : [line(depth, label, values.map(scalar).join(', '))];
}

function items(depth: number, values: readonly unknown[]): string[] {
  return values.flatMap((value, index) => tree(depth, `${index + 1} of ${values.length}`, value));
}

function fromText({ source, at }: Origin): string {
  return `(${'api' in source ? source.api : `claimed by ${source.claimedBy}`}, ${at})`;
}

function scalar(value: unknown): string {
  return value === null ? 'none' : typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
}

function line(depth: number, label: string, value = ''): string {
  const text = `${INDENT.repeat(depth)}${label.padEnd(LABEL_WIDTH)} ${value}`;
  return terminalText(text.trimEnd());
}

function inWords(name: string): string {
  return name.replace(/-/g, ' ').replace(/([a-z])([A-Z])/g, (_match, end: string, start: string) => {
    return `${end} ${start.toLowerCase()}`;
  });
}

function isFromSource(value: Members): value is Members & Origin {
  return isObject(value.source) && typeof value.at === 'string';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
