import type { Source } from '../core/evidence/fact';
import type { StoredStatement } from '../core/evidence/verify-chain';
import { terminalText } from './terminal-text';

const LABEL_WIDTH = 16;
const INDENT = '  ';

type Members = Readonly<Record<string, unknown>>;
interface FromSource {
  readonly source: Source;
  readonly at: string;
}

/**
 * A statement for people, as a tree: everything that it says, each fact with its source and time. Whatever kind of
 * statement it is, nothing is left out, because its members are walked and not chosen.
 */
export function statementTree({ key, versionId, storedAt, sha256, keyid, statement }: StoredStatement): string[] {
  const { predicateType, predicate } = statement;
  const { sequence, previous, recordedAt, recordedBy, platform, ...said } = predicate;
  return [
    `statement ${sequence}`,
    ...tree(1, 'recorded', `${recordedAt} by ${recordedBy} of the platform ${platform}`),
    ...tree(1, 'kind', predicateType),
    ...tree(1, 'key', key),
    ...tree(1, 'stored', `${storedAt.toISOString()} by the date of the store, as version ${versionId}`),
    ...tree(1, 'sha256', sha256),
    ...tree(1, 'follows', previous ?? 'none, it is the first'),
    ...tree(1, 'signed with', keyid),
    ...members(1, said),
  ];
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
  const from = `(${'api' in source ? source.api : `claimed by ${inWords(source.claimedBy)}`}, ${at})`;
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

function isFromSource(value: Members): value is Members & FromSource {
  return isObject(value.source) && typeof value.at === 'string';
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null;
}
