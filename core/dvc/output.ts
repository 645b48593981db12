import { posix } from 'node:path';
import { z } from 'zod';
import { pattern } from '../contract';
import { quoted } from './disagreement';
import { MetafileError } from './metafile-error';

/**
 * Where an imported output came from. An address outside of Git has no repository.
 */
export interface ImportSource {
  readonly repository?: string;
  readonly commit?: string;
  /** whether the import names a remote or settings of its own. */
  readonly ownRemote: boolean;
}

/**
 * What a `.dvc` or `dvc.lock` file says of one output.
 */
export interface DvcOutput {
  /** the file that says it. */
  readonly file: string;
  readonly path: string;
  readonly md5: string;
  readonly sizeBytes?: number;
  readonly files?: number;
  readonly legacyHash: boolean;
  /** the name of a remote that is not the repository's default one. */
  readonly remote?: string;
  readonly source?: ImportSource;
}

// all scalars are texts here: DVC reads YAML with other rules than we do, and a bare `1234e10` must stay what it is.
const count = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,14})$/)
  .transform(Number)
  .optional();

export const yamlBoolean = z
  .string()
  .regex(/^([Tt]rue|TRUE|[Ff]alse|FALSE)$/)
  .transform((text) => text.toLowerCase() === 'true')
  .optional();

/**
 * The keys that say where and what the bytes of an output are, common to `.dvc` and `dvc.lock`.
 */
export const ADDRESS = {
  path: z.string().min(1).max(4096),
  md5: z.string().regex(pattern('dvcHash')).optional(),
  hash: z.string().max(100).optional(),
  size: count,
  nfiles: count,
  isexec: yamlBoolean,
  cloud: z.unknown().optional(),
  files: z.unknown().optional(),
  etag: z.unknown().optional(),
  checksum: z.unknown().optional(),
  version_id: z.unknown().optional(),
};

const Address = z.object(ADDRESS);
type Address = z.infer<typeof Address>;

export const LONGEST_PATH = 1024;

// an output with one of these is kept under its own name, with versions of the bucket, and not by its content.
const KEPT_ELSEWHERE = ['cloud', 'files', 'etag', 'checksum', 'version_id'] as const;

/**
 * Reads the address of an output.
 *
 * @param folder what the output's path starts from
 */
export function readAddress(file: string, folder: string, address: Address): Omit<DvcOutput, 'remote' | 'source'> {
  for (const key of KEPT_ELSEWHERE) {
    if (address[key] !== undefined) {
      throw new MetafileError(
        'unsupported',
        `${file} has an output with the key ${key}: only outputs in a content-addressed DVC remote are supported`,
      );
    }
  }
  if (address.md5 === undefined) {
    throw new MetafileError('malformed', `${file}: the output ${quoted(address.path)} has no md5`);
  }
  if (address.hash !== undefined && address.hash !== 'md5') {
    throw new MetafileError('unsupported', `${file} has an output with another hash than md5`);
  }
  return {
    file,
    path: insideOf(file, folder, address.path),
    md5: address.md5,
    legacyHash: address.hash === undefined,
    ...(address.size === undefined ? {} : { sizeBytes: address.size }),
    ...(address.nfiles === undefined ? {} : { files: address.nfiles }),
  };
}

/**
 * Whether a text holds a character that would change the line it is written on.
 */
export function hasControlCharacter(text: string): boolean {
  return /\p{Cc}|[\u2028\u2029]/u.test(text);
}

/**
 * The path in the repository of something that a file in it names.
 */
export function insideOf(file: string, folder: string, named: string): string {
  // joined to a path, an address would lose a slash, and pass for a path with all that it holds.
  if (named.includes('://') || folder.includes('://')) {
    throw new MetafileError('unsupported', `${file} names an address, which is outside of the repository`);
  }
  const path = posix.join(folder, named).replace(/\/$/, '');
  if (path.length > LONGEST_PATH || hasControlCharacter(path)) {
    throw new MetafileError(
      'malformed',
      `${file} names a path that has control characters or is longer than ${LONGEST_PATH}: ${quoted(named)}`,
    );
  }
  if (posix.isAbsolute(named) || path === '..' || path.startsWith('../') || path === '.') {
    throw new MetafileError('malformed', `${file} names a path outside of the repository: ${quoted(named)}`);
  }
  return path;
}
