import {
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  Lexer,
  type Pair,
  parseAllDocuments,
  visit,
  type YAMLMap,
} from 'yaml';
import { contract } from '../contract';
import { MetafileError } from './metafile-error';
import { requirePlainLines } from './plain-lines';

// DVC takes these for a text and refuses the file, or reads another text, where YAML makes something else of them.
const TEXTS = new Set(['path', 'wdir', 'remote', 'hash', 'url', 'rev_lock']);
const DIGEST = 'md5';
// and here it refuses what stands in quotes.
const NO_TEXTS = new Set(['size', 'nfiles', 'cache', 'push', 'persist', 'isexec', 'frozen', 'locked']);
// below these, the keys are those of the user.
const FREE = new Set(['params', 'meta', 'vars', 'labels', 'foreach', 'matrix']);

// what YAML 1.2 as ruamel reads it, which DVC uses, makes of a bare scalar
// (https://sourceforge.net/p/ruamel-yaml/code/ci/default/tree/resolver.py).
const NO_TEXT = [
  /^(~|null|Null|NULL|true|True|TRUE|false|False|FALSE|=|<<)?$/,
  /^[-+]?(0b[01_]+|0o?[0-7_]+|[0-9_]+|0x[0-9a-fA-F_]+)$/,
  /^[-+]?([0-9_]+\.?[0-9_]*([eE][-+]?[0-9]+)?|\.[0-9_]+([eE][-+]?[0-9]+)?|\.(inf|Inf|INF))$/,
  /^\.(nan|NaN|NAN)$/,
  /^[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}([Tt \t].*)?$/,
];
const WHOLE_NUMBER = /^[1-9][0-9]*$/;

const OPTIONS = {
  schema: 'failsafe',
  merge: false,
  strict: true,
  // it compares each key with all before it, which takes minutes for a large file; they are looked at below.
  uniqueKeys: false,
  // they repeat the line, and a file may have one for each of its bytes.
  prettyErrors: false,
} as const;

/**
 * Parses YAML so that it can have one meaning only, for DVC and for us: no anchors, aliases, tags, directives, merge
 * keys, doubled keys or second document, and no bare number or date where DVC wants a text.
 *
 * All scalars become texts, and maps become objects without a prototype.
 *
 * @param file what messages call it
 */
export function parseStrictYaml(file: string, text: string): unknown {
  if (Buffer.byteLength(text) > contract.limits.dvcFileBytes) {
    throw new MetafileError('malformed', `${file} is larger than ${contract.limits.dvcFileBytes} bytes`);
  }
  requirePlainLines(file, text);
  requireFewTokens(file, text);
  const documents = parseAllDocuments(text, OPTIONS);
  const [document, ...more] = Array.isArray(documents) ? documents : [];
  if (!document || more.length > 0) {
    throw new MetafileError('malformed', `${file} must hold one YAML document, got ${document ? more.length + 1 : 0}`);
  }
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    // the parser's own message shows the line, and whatever stands there.
    throw notPlain(file, problem.code.toLowerCase().replaceAll('_', ' '), text, problem.pos[0]);
  }
  if (/^%/m.test(text)) {
    throw new MetafileError('malformed', `${file} has a line that begins with %, as directives of YAML do`);
  }
  visit(document, (_key, node, ancestors) => {
    if (isAlias(node) || (isNode(node) && (('anchor' in node && node.anchor) || node.tag))) {
      throw new MetafileError(
        'malformed',
        `${file} uses YAML anchors, aliases or tags, which DVC and we may read differently`,
      );
    }
    if (isMap(node)) {
      requireUniqueKeys(file, text, node);
    }
    if (isPair(node) && !ancestors.some((one) => isPair(one) && FREE.has(keyOf(one)))) {
      requireKind(file, node);
    }
  });
  return toPlain(file, document.toJS({ mapAsMap: true }));
}

// the parser takes a thousand times the bytes of a text to hold what it read, by how many tokens there are.
function requireFewTokens(file: string, text: string): void {
  let tokens = 0;
  for (const _token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > contract.limits.yamlTokens) {
      throw new MetafileError('malformed', `${file} has more than ${contract.limits.yamlTokens} tokens of YAML`);
    }
  }
}

function requireUniqueKeys(file: string, text: string, { items }: YAMLMap<unknown, unknown>): void {
  const seen = new Set<string>();
  for (const pair of items) {
    if (seen.has(keyOf(pair))) {
      throw notPlain(file, 'duplicate key', text, isNode(pair.key) ? pair.key.range?.[0] : undefined);
    }
    seen.add(keyOf(pair));
  }
}

function notPlain(file: string, what: string, text: string, position = 0): MetafileError {
  const line = text.slice(0, position).split('\n').length;
  return new MetafileError('malformed', `${file} is no plain YAML: ${what} in line ${line}`);
}

function keyOf({ key }: Pair): string {
  return isScalar(key) ? String(key.value) : '';
}

function requireKind(file: string, pair: Pair): void {
  const [name, { value }] = [keyOf(pair), pair];
  if (!isScalar(value)) {
    return;
  }
  const bare = String(value.value);
  if (value.type !== 'PLAIN') {
    if (NO_TEXTS.has(name)) {
      throw new MetafileError('malformed', `${file}: ${name} is a text, which DVC does not take; leave out the quotes`);
    }
    return;
  }
  // DVC makes a text of a whole number that stands for a digest: the same digits, unless it begins with a zero.
  const meant = (name === DIGEST && WHOLE_NUMBER.test(bare)) || !NO_TEXT.some((other) => other.test(bare));
  if ((TEXTS.has(name) || name === DIGEST) && !meant) {
    throw new MetafileError('malformed', `${file}: ${name} is something that YAML takes for no text; put it in quotes`);
  }
}

// without a prototype, so that a key such as `constructor` is a key like any other.
function toPlain(file: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => toPlain(file, item));
  }
  if (!(value instanceof Map)) {
    return value;
  }
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, item] of value) {
    if (typeof key !== 'string' || key === '<<' || key === '__proto__') {
      throw new MetafileError('malformed', `${file} uses a YAML key that is no plain text or merges another map`);
    }
    plain[key] = toPlain(file, item);
  }
  return plain;
}
