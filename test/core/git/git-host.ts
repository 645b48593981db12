import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFreePorts } from '../../../sandbox/free-ports';
import { environmentDirectory, projectRoot, tlsDirectory } from '../../../sandbox/project-paths';
import { eventually } from '../../../sandbox/walk/eventually';

export const TOKEN = 'token-of-the-test';

/**
 * The Git host of the sandbox with one repository, and a checkout of it that real git works on.
 */
export class GitHost {
  static async start(): Promise<GitHost> {
    const folder = mkdtempSync(join(tmpdir(), 'git-host-'));
    const [port = 0] = await findFreePorts(1);
    const server = spawn(join(environmentDirectory('emulator'), 'bin', 'python'), ['-m', 'sandbox.git'], {
      cwd: projectRoot,
      stdio: 'ignore',
      env: {
        PATH: process.env.PATH,
        SANDBOX_DIRECTORY: folder,
        SANDBOX_TLS_DIRECTORY: tlsDirectory,
        SANDBOX_GIT_PORT: String(port),
        SANDBOX_GIT_TOKEN: TOKEN,
      },
    });
    const host = new GitHost(folder, `https://127.0.0.1:${port}`, server);
    try {
      await eventually('the Git host', 20, () =>
        fetch(`${host.origin}/_sandbox/health`).then(
          ({ ok }) => (ok ? true : undefined),
          () => undefined,
        ),
      );
      await host.create('team/data');
      host.git('init', '--quiet', '--initial-branch=main');
    } catch (error) {
      host.stop();
      throw error;
    }
    return host;
  }

  readonly checkout: string;
  readonly url: string;
  readonly environment: NodeJS.ProcessEnv;

  private constructor(
    readonly folder: string,
    readonly origin: string,
    private readonly server: ChildProcess,
  ) {
    this.checkout = join(folder, 'checkout');
    this.url = `${origin}/team/data.git`;
    mkdirSync(this.checkout);
    this.environment = {
      PATH: `${join(environmentDirectory('jobs'), 'bin')}:${process.env.PATH}`,
      HOME: folder,
      DVC_NO_ANALYTICS: '1',
      GIT_SSL_CAINFO: join(tlsDirectory, 'ca.pem'),
      GIT_CONFIG_NOSYSTEM: '1',
      GIT_CONFIG_COUNT: '1',
      GIT_CONFIG_KEY_0: 'http.extraHeader',
      GIT_CONFIG_VALUE_0: `Authorization: Basic ${Buffer.from(`any:${TOKEN}`).toString('base64')}`,
      GIT_AUTHOR_NAME: 'A',
      GIT_AUTHOR_EMAIL: 'a@example.com',
      GIT_COMMITTER_NAME: 'A',
      GIT_COMMITTER_EMAIL: 'a@example.com',
    };
  }

  async create(name: string): Promise<string> {
    await fetch(`${this.origin}/_sandbox/repositories`, { method: 'POST', body: JSON.stringify({ name }) });
    return `${this.origin}/${name}.git`;
  }

  git(...args: string[]): string {
    return this.run('git', args);
  }

  dvc(...args: string[]): string {
    return this.run('dvc', args);
  }

  write(files: Record<string, string | Buffer>): void {
    for (const [path, text] of Object.entries(files)) {
      const file = join(this.checkout, path);
      mkdirSync(join(file, '..'), { recursive: true });
      writeFileSync(file, text);
    }
  }

  /** Commits files and gives the commit. */
  commit(message: string, files: Record<string, string | Buffer> = {}): string {
    this.write(files);
    this.git('add', '--all');
    this.git('commit', '--quiet', '--allow-empty', '--message', message);
    return this.git('rev-parse', 'HEAD').trim();
  }

  stop(): void {
    this.server.kill('SIGTERM');
    rmSync(this.folder, { recursive: true, force: true });
  }

  private run(program: string, args: string[]): string {
    return execFileSync(program, args, {
      cwd: this.checkout,
      env: this.environment,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  }
}
