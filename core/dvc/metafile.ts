import { posix } from 'node:path';
import { isAlias, isNode, parseAllDocuments, visit } from 'yaml';
import { z } from 'zod';
import type { Dataset } from '../chain/derivation';
import { contract, pattern } from '../contract';

/**
 * A `.dvc` file that says something we cannot take for an address of data.
 */
export class MetafileError extends Error {
  override readonly name = 'MetafileError';

  constructor(
    readonly kind: 'malformed' | 'unsupported',
    message: string,
  ) {
    super(message);
  }
}

// all scalars are texts here: DVC reads YAML with other rules than we do, and a bare `1234e10` must stay what it is.
const count = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,15})$/)
  .transform(Number)
  .optional();

const Output = z.object({
  path: z.string().min(1).max(1024),
  md5: z.string().regex(pattern('dvcHash')),
  hash: z.string().optional(),
  size: count,
  nfiles: count,
  cache: z.string().optional(),
  remote: z.string().optional(),
  cloud: z.unknown().optional(),
  files: z.unknown().optional(),
});

const Metafile = z.object({
  outs: z.array(Output).min(1).max(contract.limits.dvcFiles),
  deps: z.unknown().optional(),
  wdir: z.unknown().optional(),
  cmd: z.unknown().optional(),
});

/**
 * Reads the datasets that a `.dvc` file names.
 *
 * @param file where the `.dvc` file is in the data repository
 * @throws MetafileError where the file is no `.dvc` file, or uses something of DVC that we cannot check
 * @see https://dvc.org/doc/user-guide/project-structure/dvc-files
 */
export function readMetafile(file: string, text: string): Dataset[] {
  const result = Metafile.safeParse(parseStrictYaml(file, text));
  if (!result.success) {
    throw new MetafileError('malformed', `${file} is no .dvc file: ${z.prettifyError(result.error)}`);
  }
  for (const key of ['deps', 'wdir', 'cmd'] as const) {
    if (result.data[key] !== undefined) {
      throw new MetafileError(
        'unsupported',
        `${file} has the key ${key}, which is not supported yet; add the data with a plain "dvc add"`,
      );
    }
  }
  return result.data.outs.map((output) => toDataset(file, output));
}

function toDataset(file: string, output: z.infer<typeof Output>): Dataset {
  for (const key of ['remote', 'cloud', 'files', 'cache'] as const) {
    if (output[key] !== undefined) {
      throw new MetafileError('unsupported', `${file} has an output with the key ${key}, which is not supported yet`);
    }
  }
  if (output.hash !== 'md5') {
    throw new MetafileError(
      'unsupported',
      `${file} was written by DVC 2 or with the hash ${JSON.stringify(output.hash ?? null)}; add the data anew with DVC 3`,
    );
  }
  const path = posix.join(posix.dirname(file), output.path);
  if (posix.isAbsolute(output.path) || path.startsWith('..')) {
    throw new MetafileError(
      'malformed',
      `${file} names a path outside of the repository: ${JSON.stringify(output.path)}`,
    );
  }
  return {
    path,
    md5: output.md5,
    ...(output.size === undefined ? {} : { sizeBytes: output.size }),
    ...(output.nfiles === undefined ? {} : { files: output.nfiles }),
  };
}

/**
 * Parses YAML so that it can have one meaning only: no anchors, aliases, tags, merge keys, doubled keys or second document.
 */
function parseStrictYaml(file: string, text: string): unknown {
  if (Buffer.byteLength(text) > contract.limits.dvcFileBytes) {
    throw new MetafileError('malformed', `${file} is larger than ${contract.limits.dvcFileBytes} bytes`);
  }
  const documents = parseAllDocuments(text, { schema: 'failsafe', merge: false, uniqueKeys: true, strict: true });
  const [document, ...more] = Array.isArray(documents) ? documents : [];
  if (!document || more.length > 0) {
    throw new MetafileError('malformed', `${file} must hold one YAML document, got ${document ? more.length + 1 : 0}`);
  }
  const problem = document.errors[0] ?? document.warnings[0];
  if (problem) {
    throw new MetafileError('malformed', `${file} is no plain YAML: ${problem.message}`);
  }
  visit(document, (_key, node) => {
    if (isAlias(node) || (isNode(node) && (('anchor' in node && node.anchor) || node.tag))) {
      throw new MetafileError(
        'malformed',
        `${file} uses YAML anchors, aliases or tags, which DVC and we may read differently`,
      );
    }
  });
  return toPlain(file, document.toJS({ mapAsMap: true }));
}

// maps become objects without a prototype, so that a key such as `__proto__` is a key like any other.
function toPlain(file: string, value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item) => toPlain(file, item));
  }
  if (!(value instanceof Map)) {
    return value;
  }
  const plain: Record<string, unknown> = Object.create(null);
  for (const [key, item] of value) {
    if (typeof key !== 'string' || key === '<<') {
      throw new MetafileError('malformed', `${file} uses a YAML key that is no plain text or merges another map`);
    }
    plain[key] = toPlain(file, item);
  }
  return plain;
}
