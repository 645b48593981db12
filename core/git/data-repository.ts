import * as fs from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addRemote, fetch, type HttpClient, init, listServerRefs, TREE, walk } from 'isomorphic-git';
import { contract } from '../contract';
import { gitHttpClient } from './git-http-client';

// accepted as user name of a token by GitHub, GitLab and Bitbucket alike; Bitbucket takes no other for access tokens
// (https://support.atlassian.com/bitbucket-cloud/docs/using-access-tokens/).
const TOKEN_USER = 'x-token-auth';
const METAFILE_ENDING = '.dvc';
const LOCK_FILE = 'dvc.lock';

/**
 * What a data commit says about data.
 */
export interface DataCommit {
  readonly commit: string;
  /** the `.dvc` files by their path, in order of the path. */
  readonly metafiles: ReadonlyMap<string, string>;
  readonly hasLockFile: boolean;
}

/**
 * Reads a data repository at its host, without a clone and without history.
 */
export class DataRepositoryReader {
  private readonly http: HttpClient;
  private readonly authorization: Record<string, string>;

  constructor(
    private readonly url: string,
    token: string | undefined,
    http?: HttpClient,
  ) {
    this.http =
      http ??
      gitHttpClient(url, {
        responseBytes: contract.limits.gitResponseBytes,
        timeoutSeconds: contract.limits.gitTimeoutSeconds,
      });
    this.authorization = token
      ? { authorization: `Basic ${Buffer.from(`${TOKEN_USER}:${token}`).toString('base64')}` }
      : {};
  }

  /**
   * Reads what the data revision stands for: the commit that the *tag* of this name points to.
   *
   * A branch of the same name is not looked at: `git clone --branch` prefers it to the tag, and it moves.
   *
   * @returns `undefined` if there is no such tag
   */
  async readRevision(revision: string): Promise<DataCommit | undefined> {
    const tag = `refs/tags/${revision}`;
    const commit = await this.resolve(tag);
    if (commit === undefined) {
      return undefined;
    }
    const folder = await mkdtemp(join(tmpdir(), 'data-commit-'));
    try {
      return await this.read(folder, tag, commit);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }

  private async resolve(tag: string): Promise<string | undefined> {
    // each call gets headers of its own: isomorphic-git writes the protocol version into them.
    const refs = await listServerRefs({
      http: this.http,
      url: this.url,
      headers: { ...this.authorization },
      prefix: tag,
      peelTags: true,
      protocolVersion: 2,
    });
    // the prefix also finds longer names: run-29 finds run-299.
    const ref = refs.find((candidate) => candidate.ref === tag);
    return ref && ('peeled' in ref && ref.peeled ? ref.peeled : ref.oid);
  }

  private async read(gitdir: string, tag: string, commit: string): Promise<DataCommit> {
    await init({ fs, gitdir, bare: true });
    await addRemote({ fs, gitdir, remote: 'origin', url: this.url });
    await fetch({
      fs,
      http: this.http,
      gitdir,
      remote: 'origin',
      url: this.url,
      headers: { ...this.authorization },
      remoteRef: tag,
      ref: tag,
      depth: 1,
      singleBranch: true,
      tags: false,
    });
    const metafiles = new Map<string, string>();
    let hasLockFile = false;
    await walk({
      fs,
      gitdir,
      trees: [TREE({ ref: commit })],
      map: async (path, [entry]) => {
        const name = path.slice(path.lastIndexOf('/') + 1);
        if (!entry || name === METAFILE_ENDING) {
          // `.dvc` itself is DVC's own folder, never a dataset; null leaves out what is below.
          return null;
        }
        if ((await entry.type()) !== 'blob') {
          return undefined;
        }
        hasLockFile ||= name === LOCK_FILE;
        if (name.endsWith(METAFILE_ENDING)) {
          metafiles.set(path, Buffer.from((await entry.content()) ?? []).toString('utf8'));
        }
        return undefined;
      },
    });
    return {
      commit,
      metafiles: new Map([...metafiles].sort(([a], [b]) => (a < b ? -1 : 1))),
      hasLockFile,
    };
  }
}
