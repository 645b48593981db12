import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import type { DataCheckout } from '../../sandbox/walk/data-repository';
import { REVISIONS } from './plan';

/**
 * What a data revision stands for: the commit, as git says, and the dataset in it, as DVC has written it.
 */
export interface DataCommit {
  readonly commit: string;
  /** `path@md5`. */
  readonly dataset: string;
  readonly path: string;
  readonly md5: string;
}

// in the place of those that are moved when the repository is rewritten.
const REPLACEMENTS = REVISIONS.moved.map((name) => `new-${name}`);

/**
 * A data repository with one commit for each data revision, in each of them one dataset of two files. DVC adds and pushes
 * them all at once; git does the rest.
 */
export async function publishRevisions(checkout: DataCheckout): Promise<Map<string, DataCommit>> {
  const unpushed: readonly string[] = REVISIONS.unpushed;
  const names = [...Object.values(REVISIONS).flat(), ...REPLACEMENTS];
  for (const name of names) {
    await mkdir(join(checkout.folder, name));
    await writeFile(join(checkout.folder, name, 'a.csv'), `id,value\n1,${name}\n`);
    await writeFile(join(checkout.folder, name, 'b.csv'), `id,value\n2,${name}\n`);
  }
  await checkout.dvc('add', '--quiet', ...names);
  await checkout.dvc('push', '--quiet', ...names.filter((name) => !unpushed.includes(name)));
  const metafiles = new Map<string, string>();
  for (const name of names) {
    metafiles.set(name, await readFile(join(checkout.folder, `${name}.dvc`), 'utf8'));
  }
  for (const name of names) {
    for (const file of (await readdir(checkout.folder)).filter((one) => one.endsWith('.dvc') && one !== '.dvc')) {
      await rm(join(checkout.folder, file));
    }
    await writeFile(join(checkout.folder, `${name}.dvc`), metafiles.get(name) ?? '');
    await checkout.git('add', '--all');
    await checkout.git('commit', '--quiet', '--message', `Dataset ${name}`);
    await checkout.git('tag', name);
  }
  for (const name of REVISIONS.branched) {
    await checkout.git('branch', name, 'HEAD');
  }
  await checkout.git('push', '--quiet', 'origin', 'main', '--tags', ...REVISIONS.branched.map(branch));
  const tags = await checkout.git('for-each-ref', '--format=%(refname:lstrip=2) %(objectname)', 'refs/tags');
  return new Map(
    tags
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string])
      .map(([name, commit]) => {
        const { path, md5 } = parse(metafiles.get(name) ?? '').outs[0];
        return [name, { commit, dataset: `${path}@${md5}`, path, md5 }];
      }),
  );
}

/**
 * The history of the branch is replaced, tags are moved, and others deleted.
 *
 * @returns what the moved ones stand for now
 */
export async function rewriteRepository(
  checkout: DataCheckout,
  commits: ReadonlyMap<string, DataCommit>,
): Promise<Map<string, DataCommit>> {
  const moved = new Map<string, DataCommit>();
  for (const [index, name] of REVISIONS.moved.entries()) {
    const replacement = REPLACEMENTS[index] ?? '';
    await checkout.git('tag', '--force', name, `refs/tags/${replacement}`);
    const now = commits.get(replacement);
    if (now) {
      moved.set(name, now);
    }
  }
  await checkout.git('checkout', '--quiet', '--orphan', 'rewritten');
  await checkout.git('commit', '--quiet', '--message', 'All in one');
  await checkout.git('push', '--quiet', '--force', 'origin', 'rewritten:main', ...REVISIONS.moved.map(tag));
  await checkout.git('push', '--quiet', '--delete', 'origin', ...REVISIONS.dropped.map(tag));
  return moved;
}

const tag = (name: string) => `refs/tags/${name}`;
const branch = (name: string) => `refs/heads/${name}`;
