import { posix } from 'node:path';
import { z } from 'zod';
import { contract, pattern } from '../contract';
import { MetafileError } from './metafile-error';
import { ADDRESS, type DvcOutput, type ImportSource, readAddress, yamlBoolean } from './output';
import { parseStrictYaml } from './strict-yaml';

// the keys that DVC knows; it refuses a file with others
// (https://github.com/treeverse/dvc/blob/3.67.1/dvc/schema.py, output.py, annotations.py).
const Output = z.strictObject({
  ...ADDRESS,
  cache: yamlBoolean,
  push: yamlBoolean,
  persist: yamlBoolean,
  remote: z.string().min(1).max(100).optional(),
  desc: z.unknown().optional(),
  type: z.unknown().optional(),
  labels: z.unknown().optional(),
  meta: z.unknown().optional(),
});

const Dependency = z.looseObject({
  path: z.string().optional(),
  repo: z
    .looseObject({
      url: z.string(),
      rev_lock: z.string().regex(pattern('gitCommit')),
      remote: z.unknown().optional(),
      config: z.unknown().optional(),
    })
    .optional(),
  fs_config: z.unknown().optional(),
  db: z.unknown().optional(),
});

const Metafile = z.strictObject({
  outs: z.array(Output).min(1).max(contract.limits.dvcFiles),
  deps: z.array(Dependency).max(1).optional(),
  wdir: z.string().min(1).max(1024).optional(),
  md5: z.unknown().optional(),
  frozen: yamlBoolean,
  locked: yamlBoolean,
  always_changed: yamlBoolean,
  desc: z.unknown().optional(),
  meta: z.unknown().optional(),
});

export interface ReadMetafile {
  readonly outputs: readonly DvcOutput[];
  /** whether it names outputs whose bytes are in no remote. */
  readonly hasUncached: boolean;
}

/**
 * Reads what a `.dvc` file says of its outputs.
 *
 * @param file where the `.dvc` file is in the data repository
 * @throws MetafileError where the file is no `.dvc` file, or uses something of DVC that we cannot check
 * @see https://dvc.org/doc/user-guide/project-structure/dvc-files
 */
export function readMetafile(file: string, text: string): ReadMetafile {
  const result = Metafile.safeParse(parseStrictYaml(file, text));
  if (!result.success) {
    throw new MetafileError('malformed', `${file} is no .dvc file: ${z.prettifyError(result.error).slice(0, 1000)}`);
  }
  const { outs, deps = [], wdir = '.' } = result.data;
  if (posix.isAbsolute(wdir)) {
    throw new MetafileError(
      'malformed',
      `${file} works in a folder outside of the repository: ${JSON.stringify(wdir)}`,
    );
  }
  const folder = `${posix.dirname(file)}/${wdir}`;
  const source = deps[0] && readSource(file, deps[0]);
  const cached = outs.filter(({ cache = true, push = true }) => cache && push);
  return {
    outputs: cached.map((output) => ({
      ...readAddress(file, folder, output),
      ...(output.remote === undefined ? {} : { remote: output.remote }),
      ...(source ? { source } : {}),
    })),
    hasUncached: cached.length < outs.length,
  };
}

function readSource(file: string, { repo, db, fs_config }: z.infer<typeof Dependency>): ImportSource {
  if (db !== undefined) {
    throw new MetafileError('unsupported', `${file} imports from a database, which is not supported`);
  }
  return repo
    ? {
        repository: repo.url,
        commit: repo.rev_lock,
        ownRemote: repo.remote !== undefined || repo.config !== undefined,
      }
    : { ownRemote: fs_config !== undefined };
}
