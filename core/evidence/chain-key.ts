import { pattern } from '../contract';
import { Instant, PlatformName, SEQUENCE_DIGITS, Sequence, Sha256 } from './fields';
import { Incarnation, KINDS, type Kind } from './incarnation';

// in the prefixes of the chains of these kinds; those about incarnations have four.
const SEGMENTS = new Map([
  ['checkpoint', 2],
  ['data-revision', 3],
]);

/**
 * The name of one chain of statements: those about one incarnation, the one about a data revision, or the daily
 * checkpoints of a platform.
 */
export type ChainName =
  | { readonly platform: string; readonly kind: Kind; readonly name: string; readonly createdAt: string }
  | { readonly platform: string; readonly kind: 'data-revision'; readonly name: string }
  | { readonly platform: string; readonly kind: 'checkpoint' };

/**
 * The chain that statements about an incarnation belong to.
 */
export function chainOf(platform: string, about: Incarnation): ChainName {
  const { kind, name, createdAt } = Incarnation.parse(about);
  return { platform: PlatformName.parse(platform), kind, name, createdAt };
}

/**
 * Where a chain is kept: `<platform>/<kind>/<name>/<creation time>/`, as far as it has these.
 */
export function chainPrefix(chain: ChainName): string {
  if (chain.kind === 'checkpoint') {
    return `${PlatformName.parse(chain.platform)}/checkpoint/`;
  }
  if (chain.kind === 'data-revision') {
    return `${PlatformName.parse(chain.platform)}/data-revision/${Sha256.parse(chain.name)}/`;
  }
  const { platform, kind, name, createdAt } = chain;
  return `${namePrefix(platform, kind, name)}${Instant.parse(createdAt).replace(/[-:]/g, '')}/`;
}

/**
 * Where a statement is kept. Zeros in front make S3's order of listing the order of the chain.
 */
export function statementKey(chain: ChainName, sequence: number): string {
  return `${chainPrefix(chain)}${String(Sequence.parse(sequence)).padStart(SEQUENCE_DIGITS, '0')}.json`;
}

/**
 * Where the public keys lie, beside the statements.
 */
export function publicKeyKey(platform: string, fingerprint: string): string {
  return `${publicKeysPrefix(platform)}${Sha256.parse(fingerprint)}.pem`;
}

/**
 * What the keys of all statements begin with that are about things of one kind and name, whenever they were made.
 */
export function namePrefix(platform: string, kind: Kind, name: string): string {
  if (!pattern('evidenceName').test(name)) {
    throw new Error(`a name must match ${pattern('evidenceName').source}, got ${quoted(name)}`);
  }
  return `${PlatformName.parse(platform)}/${kind}/${name}/`;
}

/**
 * What the keys of all public keys of a platform begin with.
 */
export function publicKeysPrefix(platform: string): string {
  return `${PlatformName.parse(platform)}/keys/`;
}

/**
 * Whether a public key can lie under a key.
 */
export function isPublicKeyKey(key: string): boolean {
  const [, platform, fingerprint] = /^([^/]+)\/keys\/([^/]+)\.pem$/.exec(key) ?? [];
  return PlatformName.safeParse(platform).success && Sha256.safeParse(fingerprint).success;
}

/**
 * The fingerprint that the key of a public key names; undefined for any other key.
 */
export function parsePublicKeyKey(key: string): string | undefined {
  const [platform = '', , file = ''] = key.split('/');
  const fingerprint = file.replace(/\.pem$/, '');
  const wellFormed = PlatformName.safeParse(platform).success && Sha256.safeParse(fingerprint).success;
  return wellFormed && publicKeyKey(platform, fingerprint) === key ? fingerprint : undefined;
}

/**
 * The chain below whose prefix a key lies, whether or not it is a statement's; undefined if there is none.
 */
export function chainAbove(key: string): ChainName | undefined {
  const segments = key.split('/').slice(0, -1);
  return parseChain(segments.slice(0, SEGMENTS.get(segments[1] ?? '') ?? 4));
}

/**
 * Takes a statement's key apart; undefined for a key that no statement can have.
 */
export function parseStatementKey(key: string): { chain: ChainName; sequence: number } | undefined {
  const segments = key.split('/');
  const sequence = parseSequence(segments.pop() ?? '');
  const chain = parseChain(segments);
  return chain && sequence !== undefined && statementKey(chain, sequence) === key ? { chain, sequence } : undefined;
}

/**
 * Takes a chain's prefix apart; undefined for one that no chain can have.
 */
export function parseChainPrefix(prefix: string): ChainName | undefined {
  return prefix.endsWith('/') ? parseChain(prefix.slice(0, -1).split('/')) : undefined;
}

function parseChain([platform, kind, name, time, ...more]: string[]): ChainName | undefined {
  if (!PlatformName.safeParse(platform).success || platform === undefined || more.length > 0) {
    return undefined;
  }
  if (kind === 'checkpoint') {
    return name === undefined ? { platform, kind } : undefined;
  }
  if (kind === 'data-revision') {
    const { data } = Sha256.safeParse(name);
    return data !== undefined && time === undefined ? { platform, kind, name: data } : undefined;
  }
  if (!/^\d{8}T\d{6}\.\d{3}Z$/.test(time ?? '')) {
    return undefined;
  }
  const createdAt = time?.replace(/^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2}\.\d{3}Z)$/, '$1-$2-$3T$4:$5:$6');
  if (!isKind(kind) || !pattern('evidenceName').test(name ?? '') || !Instant.safeParse(createdAt).success) {
    return undefined;
  }
  return { platform, kind, name: name as string, createdAt: createdAt as string };
}

function parseSequence(file: string): number | undefined {
  const [, digits] = new RegExp(`^(\\d{${SEQUENCE_DIGITS}})\\.json$`).exec(file) ?? [];
  return Sequence.safeParse(Number(digits)).data;
}

function isKind(kind: string | undefined): kind is Kind {
  return (KINDS as readonly (string | undefined)[]).includes(kind);
}

function quoted(text: string): string {
  return JSON.stringify(text.slice(0, 100));
}
