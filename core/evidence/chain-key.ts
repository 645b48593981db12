import { pattern } from '../contract';
import { Instant, PlatformName, SEQUENCE_DIGITS, Sequence, Sha256 } from './fields';
import { Incarnation, KINDS, type Kind } from './incarnation';

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
  const segments: string[] = [PlatformName.parse(chain.platform), chain.kind];
  if (chain.kind === 'data-revision') {
    segments.push(Sha256.parse(chain.name));
  } else if (chain.kind !== 'checkpoint') {
    if (!pattern('evidenceName').test(chain.name)) {
      throw new Error(`a chain's name must match ${pattern('evidenceName').source}, got ${quoted(chain.name)}`);
    }
    segments.push(chain.name, Instant.parse(chain.createdAt).replace(/[-:]/g, ''));
  }
  return `${segments.join('/')}/`;
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
  return `${PlatformName.parse(platform)}/keys/${Sha256.parse(fingerprint)}.pem`;
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
