import { mkdir, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { environmentDirectory } from '../project-paths';
import { runProgram } from './run-program';

export interface DatasetVersion {
  readonly revision: string;
  /** files of the dataset, below data/. */
  readonly files: Readonly<Record<string, string>>;
}

/**
 * A data scientist's checkout of a data repository, worked on with the plain command lines of git and DVC.
 */
export class DataCheckout {
  private readonly environment: NodeJS.ProcessEnv;

  constructor(
    readonly folder: string,
    private readonly url: string,
    private readonly token: string,
    environment: NodeJS.ProcessEnv,
  ) {
    const credentials = Buffer.from(`x-token-auth:${token}`).toString('base64');
    this.environment = {
      ...environment,
      PATH: `${join(environmentDirectory('jobs'), 'bin')}:${environment.PATH}`,
      DVC_NO_ANALYTICS: '1',
      GIT_TERMINAL_PROMPT: '0',
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_GLOBAL: '/dev/null',
      GIT_AUTHOR_NAME: 'Data Scientist',
      GIT_AUTHOR_EMAIL: 'data.scientist@example.com',
      GIT_COMMITTER_NAME: 'Data Scientist',
      GIT_COMMITTER_EMAIL: 'data.scientist@example.com',
      // the token stays out of the command line, where every process could read it.
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
    };
  }

  /** Makes the repository ready for DVC. */
  async initialize(dvcRemoteUrl: string): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.git('init', '--quiet', '--initial-branch=main');
    await this.git('remote', 'add', 'origin', this.url);
    await this.dvc('init', '--quiet');
    await this.dvc('remote', 'add', '--quiet', '--default', 'storage', dvcRemoteUrl);
  }

  /** Gets what others have published. */
  async clone(): Promise<void> {
    await mkdir(this.folder, { recursive: true });
    await this.git('clone', '--quiet', this.url, '.');
  }

  /**
   * Adds, pushes, commits and tags one version of the dataset.
   *
   * @returns the data commit
   */
  async publish({ revision, files }: DatasetVersion): Promise<string> {
    for (const [name, content] of Object.entries(files)) {
      const path = join(this.folder, 'data', name);
      await mkdir(join(path, '..'), { recursive: true });
      await writeFile(path, content);
    }
    await this.dvc('add', '--quiet', 'data');
    await this.dvc('push', '--quiet');
    await this.git('add', '--all');
    await this.git('commit', '--quiet', '--message', `Dataset ${revision}`);
    await this.git('tag', '--annotate', '--message', `Dataset ${revision}`, revision);
    await this.git('push', '--quiet', '--atomic', 'origin', 'main', `refs/tags/${revision}`);
    return this.resolve(revision);
  }

  /** What git itself says the revision stands for. */
  async resolve(revision: string): Promise<string> {
    return (await this.git('rev-parse', `refs/tags/${revision}^{commit}`)).trim();
  }

  /** What git says the revision stands for at the host, without a checkout. */
  async resolveAtHost(revision: string): Promise<string> {
    const tag = `refs/tags/${revision}`;
    const lines = (await this.run('git', ['ls-remote', this.url, tag, `${tag}^{}`], tmpdir())).trim().split('\n');
    // an annotated tag is told twice, and at last with the commit that it points to.
    return lines.at(-1)?.split('\t')[0] ?? '';
  }

  git(...args: string[]): Promise<string> {
    return this.run('git', args);
  }

  dvc(...args: string[]): Promise<string> {
    return this.run('dvc', args);
  }

  private run(command: string, args: string[], cwd = this.folder): Promise<string> {
    const options = { cwd, environment: this.environment, secrets: [this.token] };
    return runProgram(command, args, options);
  }
}
