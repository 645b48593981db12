import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findOnPath } from './project.mjs';
import { findPython, OLDEST_PYTHON } from './python.mjs';

const OLDEST_NODE_MAJOR = 20;

/** What to type for each missing tool, by the package manager of the machine. */
const REMEDIES = {
  'apt-get': {
    node: 'see https://nodejs.org/en/download (Debian and Ubuntu: apt-get install nodejs npm, where that is >= 20)',
    npm: 'apt-get install npm',
    python: 'apt-get install python3 python3-venv',
    git: 'apt-get install git',
  },
  dnf: {
    node: 'dnf install nodejs22',
    npm: 'dnf install nodejs-npm',
    python: 'dnf install python3 python3-pip',
    git: 'dnf install git',
  },
  apk: {
    node: 'apk add nodejs npm',
    npm: 'apk add npm',
    python: 'apk add python3 py3-pip',
    git: 'apk add git git-daemon',
  },
  brew: {
    node: 'brew install node',
    npm: 'brew install node',
    python: 'brew install python@3.13',
    git: 'brew install git',
  },
};

function remedyFor(tool, path) {
  const managers = Object.keys(REMEDIES);
  const present = managers.filter((manager) => findOnPath(manager, path));
  return (present.length > 0 ? present : managers).map((manager) => REMEDIES[manager][tool]).join(', or: ');
}

function gitShortcoming(path) {
  if (!findOnPath('git', path)) return 'git is not on PATH';
  const result = spawnSync('git', ['--exec-path'], { encoding: 'utf8', env: { ...process.env, PATH: path } });
  if (result.status !== 0) return `git does not run: ${(result.stderr || String(result.error)).trim()}`;
  // some distributions package the server side of git apart.
  if (existsSync(join(result.stdout.trim(), 'git-http-backend'))) return undefined;
  return `git has no http-backend in ${result.stdout.trim()}`;
}

/** The npm that runs this script, if one does, or the one on PATH. */
export function npmCommand(environment = process.env) {
  const running = environment.npm_execpath;
  if (running?.endsWith('npm-cli.js') && existsSync(running)) return [process.execPath, running];
  const found = findOnPath('npm', environment.PATH);
  return found ? [found] : undefined;
}

/**
 * Looks at every tool that the project needs before anything is started.
 * Answers the tools, or throws one error that names all that is missing, each with its remedy.
 */
export function checkToolchain(environment = process.env, { nodeVersion = process.versions.node } = {}) {
  const path = environment.PATH ?? '';
  const missing = [];
  if (!['linux', 'darwin'].includes(process.platform)) {
    missing.push({ what: `${process.platform} is not supported: Linux or macOS is needed`, remedy: 'use WSL 2' });
  }
  if (Number.parseInt(nodeVersion, 10) < OLDEST_NODE_MAJOR) {
    missing.push({
      what: `Node ${nodeVersion} is too old: ${OLDEST_NODE_MAJOR} or newer is needed`,
      remedy: remedyFor('node', path),
    });
  }
  const npm = npmCommand(environment);
  if (!npm) missing.push({ what: 'npm is not on PATH', remedy: remedyFor('npm', path) });
  const git = gitShortcoming(path);
  if (git) missing.push({ what: git, remedy: remedyFor('git', path) });
  const { python, rejected } = findPython(environment);
  if (!python) {
    const seen = rejected.length > 0 ? ` (found: ${rejected.join('; ')})` : '';
    const remedy = environment.PYTHON
      ? 'set PYTHON to a suitable interpreter, or unset it'
      : `${remedyFor('python', path)}; or set PYTHON to a suitable interpreter`;
    missing.push({ what: `Python ${OLDEST_PYTHON} or newer is needed${seen}`, remedy });
  }
  if (missing.length > 0) {
    const lines = missing.map(({ what, remedy }) => `  - ${what}\n      remedy: ${remedy}`);
    throw new Error(`This machine lacks what the project needs; nothing was started.\n${lines.join('\n')}`);
  }
  return { npm, python };
}
