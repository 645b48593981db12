import * as fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, posix } from 'node:path';
import {
  addRemote,
  Errors,
  fetch,
  type HttpClient,
  init,
  listServerRefs,
  readObject,
  type ServerRef,
  TREE,
  type WalkerEntry,
  walk,
} from 'isomorphic-git';
import type { DataCommitFiles, UnreadableRevision } from '../chain/look-up-data';
import { contract, pattern } from '../contract';
import type { ProjectFiles } from '../dvc/project';
import { isProjectFile, PROJECT_FOLDER } from '../dvc/project-paths';
import type { RateLimit } from '../http/rate-limit';
import type { GitAuthorization } from './authorization';
import { boundedPacks } from './bounded-packs';
import { GitRefused, GitResponseTooLarge } from './git-errors';
import { gitHttpClient } from './git-http-client';

const SYMBOLIC_LINK = 0o120000;

/**
 * Reads a data repository at its host, without a clone and without history.
 */
export class DataRepositoryReader {
  private readonly http: HttpClient;

  constructor(
    private readonly url: string,
    private readonly authorization: GitAuthorization,
    { http, limited }: { http?: HttpClient; limited?: RateLimit } = {},
  ) {
    const client =
      http ??
      gitHttpClient(
        url,
        { responseBytes: contract.limits.gitResponseBytes, timeoutSeconds: contract.limits.gitTimeoutSeconds },
        limited,
      );
    this.http = boundedPacks(client, contract.limits.gitUnpackedBytes);
  }

  /**
   * Reads what the data revision stands for: the commit that the *tag* of this name points to.
   *
   * A branch of the same name is reported and not followed: `git clone --branch` prefers it to the tag, and it moves.
   */
  async readRevision(revision: string): Promise<DataCommitFiles | Exclude<UnreadableRevision, 'too-large'>> {
    try {
      return await this.read(revision);
    } catch (error) {
      throw isOfLibrary(error) ? this.withoutAnswer(error) : error;
    }
  }

  /**
   * The tags that point to a commit, or to a tag of it: a host gives no commit away that nothing points to.
   */
  async revisionsOf(commit: string): Promise<string[]> {
    try {
      const refs = await this.list('refs/tags/');
      return refs
        .filter((ref) => targetOf(ref) === commit)
        .map(({ ref }) => ref.slice('refs/tags/'.length))
        .filter((name) => pattern('dataRevision').test(name))
        .sort();
    } catch (error) {
      throw isOfLibrary(error) ? this.withoutAnswer(error) : error;
    }
  }

  private async read(revision: string): Promise<DataCommitFiles | Exclude<UnreadableRevision, 'too-large'>> {
    const tag = `refs/tags/${revision}`;
    const target = await this.resolve(tag);
    if (target === undefined) {
      return 'not-found';
    }
    const branchOfSameName = await this.resolve(`refs/heads/${revision}`);
    const folder = await mkdtemp(join(tmpdir(), 'data-commit-'));
    try {
      await this.fetch(folder, tag);
      const { type } = await readObject({ fs, gitdir: folder, oid: target, format: 'content' });
      if (type !== 'commit') {
        return 'no-commit';
      }
      return { commit: target, branchOfSameName, project: await readProjectFiles(folder, target) };
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  /** What a ref points to, at the end of all tags. */
  private async resolve(name: string): Promise<string | undefined> {
    const refs = await this.list(name);
    // the prefix also finds longer names: run-29 finds run-299.
    const ref = refs.find((candidate) => candidate.ref === name);
    return ref && targetOf(ref);
  }

  private async list(prefix: string) {
    return listServerRefs({
      http: this.http,
      url: this.url,
      headers: await this.headers(),
      prefix,
      peelTags: true,
      protocolVersion: 2,
    });
  }

  private async fetch(gitdir: string, tag: string): Promise<void> {
    await init({ fs, gitdir, bare: true });
    await addRemote({ fs, gitdir, remote: 'origin', url: this.url });
    const fetched = fetch({
      fs,
      http: this.http,
      gitdir,
      remote: 'origin',
      url: this.url,
      headers: await this.headers(),
      remoteRef: tag,
      ref: tag,
      depth: 1,
      singleBranch: true,
      tags: false,
    });
    await fetched.catch((error: unknown) => {
      // the library wants to know the default branch, although nothing here needs it.
      throw error instanceof Errors.NotFoundError && error.data.what === 'HEAD'
        ? new GitRefused(`${this.url} has no default branch: its HEAD names a branch that does not exist; set one`)
        : error;
    });
  }

  // isomorphic-git tells in its errors what the host sent, which may be anything.
  private withoutAnswer({ code }: { code: string }): Error {
    return new Error(`what ${this.url} sends cannot be read as Git's protocol and objects: ${code}`);
  }

  // each call gets headers of its own: isomorphic-git writes the protocol version into them.
  private async headers(): Promise<Record<string, string>> {
    const authorization = await this.authorization();
    return authorization === undefined ? {} : { authorization };
  }
}

function targetOf(ref: ServerRef): string {
  return 'peeled' in ref && ref.peeled ? ref.peeled : ref.oid;
}

function isOfLibrary(error: unknown): error is Error & { code: string } {
  return Object.values<unknown>(Errors).some((kind) => typeof kind === 'function' && error instanceof kind);
}

async function readProjectFiles(gitdir: string, commit: string): Promise<ProjectFiles> {
  const files = new Map<string, string>();
  const unreadable: string[] = [];
  let [count, bytes] = [0, 0];
  await walk({
    fs,
    gitdir,
    trees: [TREE({ ref: commit })],
    map: async (path, [entry]) => {
      const type = await entry?.type();
      if (!entry || type === 'commit') {
        // another repository: DVC does not look into it either.
        return null;
      }
      if (type === 'tree') {
        // of what is in DVC's own folder, only the settings at its top matter; null leaves out what is below.
        return posix.basename(posix.dirname(path)) === PROJECT_FOLDER ? null : undefined;
      }
      const isProjectFolder = posix.basename(path) === PROJECT_FOLDER;
      if (!isProjectFolder && !isProjectFile(path)) {
        return undefined;
      }
      // before anything is waited for: the walk reads many entries at once.
      count += 1;
      if (count > contract.limits.dvcProjectFiles) {
        throw new GitResponseTooLarge(`the commit holds more than ${contract.limits.dvcProjectFiles} files of DVC`);
      }
      const text = isProjectFolder ? undefined : await readText(entry);
      if (text === undefined) {
        unreadable.push(path);
      } else {
        bytes += Buffer.byteLength(text);
        if (bytes > contract.limits.dvcProjectBytes) {
          throw new GitResponseTooLarge(
            `the commit's files of DVC have more than ${contract.limits.dvcProjectBytes} bytes`,
          );
        }
        files.set(path, text);
      }
      return undefined;
    },
  });
  const inOrder = <Item>(items: Iterable<[string, Item]>) => [...items].sort(([a], [b]) => (a < b ? -1 : 1));
  return { files: new Map(inOrder(files)), unreadable: unreadable.sort() };
}

async function readText(entry: WalkerEntry): Promise<string | undefined> {
  if ((await entry.mode()) === SYMBOLIC_LINK) {
    return undefined;
  }
  const content = await entry.content();
  if (!content || content.length > contract.limits.dvcFileBytes) {
    return undefined;
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    // no UTF-8, which the caller reports.
    return undefined;
  }
}
