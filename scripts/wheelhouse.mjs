// Builds the wheels that lineage_jobs needs, for jobs that cannot reach a package index.
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { uvEnvironment } from './setup/package-index.mjs';
import { projectRoot } from './setup/project.mjs';
import { OLDEST_PYTHON } from './setup/python.mjs';
import { environmentDirectory } from './setup/python-environments.mjs';
import { runCommand } from './setup/run-command.mjs';
import { uvExecutable } from './setup/uv.mjs';

const USAGE = `usage: node scripts/wheelhouse.mjs --python 3.12 --platform manylinux_2_28_x86_64 --output DIRECTORY
       node scripts/wheelhouse.mjs --lock
  --python     the Python of the image, e.g. 3.12
  --platform   manylinux_<major>_<minor>_<machine>, by the image's C library
  --output     a new or empty directory; gets the wheels and a requirements.txt with their hashes
  --lock       compile jobs/requirements.txt, with the versions that are tested`;

const lock = join('jobs', 'requirements.txt');
const say = (line) => process.stderr.write(`wheelhouse: ${line}\n`);

class UsageError extends Error {}

/** What a machine with some C library can run: wheels for that one and for each older one. */
export function platformTags(platform) {
  const match = /^manylinux_2_(?<minor>\d{1,2})_(?<machine>x86_64|aarch64)$/.exec(platform ?? '');
  if (!match) {
    throw new UsageError(
      `--platform is ${platform ?? 'missing'}, must be manylinux_2_<minor>_x86_64 or manylinux_2_<minor>_aarch64`,
    );
  }
  const { machine } = match.groups;
  const newest = Number(match.groups.minor);
  if (newest < 17) {
    throw new UsageError(`--platform is ${platform}: a C library before 2.17 is not supported; choose another image`);
  }
  const tags = Array.from({ length: newest - 4 }, (_, index) => `manylinux_2_${newest - index}_${machine}`);
  const legacy = ['manylinux2014', 'manylinux2010', 'manylinux1'].map((name) => `${name}_${machine}`);
  return { tags: [...tags, ...legacy], uvPlatform: `${machine}-manylinux_2_${newest}` };
}

const uv = (title, args) =>
  runCommand(title, uvExecutable, args, { environment: uvEnvironment(), directory: projectRoot });

const pip = (title, args) =>
  runCommand(title, join(environmentDirectory('uv'), 'bin', 'python'), ['-m', 'pip', ...args], {
    environment: { ...process.env, PIP_DISABLE_PIP_VERSION_CHECK: '1' },
    directory: projectRoot,
  });

async function compileLock() {
  const options = ['--quiet', '--universal', '--generate-hashes', '--no-emit-index-url', '--no-emit-find-links'];
  const command = ['--custom-compile-command', 'node scripts/wheelhouse.mjs --lock', '--python-version', OLDEST_PYTHON];
  const tested = ['-c', join('requirements', 'jobs.txt')];
  await uv('lock of lineage_jobs', [
    'pip',
    'compile',
    ...options,
    ...command,
    ...tested,
    join('jobs', 'pyproject.toml'),
    '-o',
    lock,
  ]);
  say(`locked ${lock}`);
}

async function buildWheelhouse({ python, platform, output }) {
  if (!/^3\.\d{2}$/.test(python ?? '')) {
    throw new UsageError(`--python is ${python ?? 'missing'}, must be a version such as 3.12`);
  }
  if (!output) throw new UsageError('--output is missing: name a directory');
  const { tags, uvPlatform } = platformTags(platform);
  const directory = resolve(output);
  if (existsSync(directory) && readdirSync(directory).length > 0) {
    throw new UsageError(`--output is ${output}, which is not empty: remove it or name another directory`);
  }
  mkdirSync(directory, { recursive: true });
  const scratch = mkdtempSync(join(tmpdir(), 'wheelhouse-'));
  try {
    await collect(python, tags, uvPlatform, scratch);
    for (const name of wheelsIn(scratch)) renameAcross(join(scratch, name), join(directory, name));
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
  writeFileSync(join(directory, 'requirements.txt'), requirementsOf(directory));
  say(`${wheelsIn(directory).length} wheels for Python ${python} on ${platform} in ${relative('.', directory) || '.'}`);
}

async function collect(python, tags, uvPlatform, scratch) {
  // pip would read the markers of the lock for the Python that runs it; uv reads them for the image's.
  const flat = join(scratch, 'flat.txt');
  const target = ['--python-version', python, '--python-platform', uvPlatform];
  await uv('packages of the platform', [
    'pip',
    'compile',
    '--quiet',
    '--no-deps',
    '--generate-hashes',
    '--no-emit-index-url',
    '--no-emit-find-links',
    '--no-annotate',
    ...target,
    lock,
    '-o',
    flat,
  ]);
  const options = ['--quiet', '--no-deps', '--require-hashes', '--prefer-binary', '--dest', scratch];
  const platforms = tags.flatMap((tag) => ['--platform', tag]);
  const version = ['--python-version', python, '--implementation', 'cp'];
  await pip('download', ['download', ...options, ...platforms, ...version, '-r', flat]);
  // a package without wheels for anybody: what is built of it must be for every machine.
  for (const source of readdirSync(scratch).filter((name) => /\.(tar\.gz|zip)$/.test(name))) {
    await pip(`wheel of ${source}`, ['wheel', '--quiet', '--no-deps', '--wheel-dir', scratch, join(scratch, source)]);
  }
  const bound = wheelsIn(scratch).filter(
    (name) => !name.endsWith('-none-any.whl') && !tags.some((tag) => name.includes(tag)),
  );
  if (bound.length > 0) {
    throw new UsageError(`no wheels for the platform, and those built here fit only here: ${bound.join(', ')}`);
  }
}

const wheelsIn = (directory) =>
  readdirSync(directory)
    .filter((name) => name.endsWith('.whl'))
    .sort();

/** The temporary directory may be on another file system. */
function renameAcross(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (error.code !== 'EXDEV') throw error;
    writeFileSync(to, readFileSync(from));
  }
}

/** A lock of what lies here: of a wheel that was built, the package index knows no hash. */
export function requirementsOf(directory) {
  const lines = wheelsIn(directory).map((name) => {
    const [distribution, version] = name.split('-');
    const digest = createHash('sha256')
      .update(readFileSync(join(directory, name)))
      .digest('hex');
    return `${distribution}==${version} --hash=sha256:${digest}\n`;
  });
  return lines.join('');
}

async function main() {
  const text = { type: 'string' };
  const options = { python: text, platform: text, output: text, lock: { type: 'boolean' } };
  const { values } = parseArgs({ options });
  await (values.lock ? compileLock() : buildWheelhouse(values));
}

if (process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main().catch((error) => {
    const isUsage = error instanceof UsageError || error.code?.startsWith?.('ERR_PARSE_ARGS');
    process.stderr.write(isUsage ? `${error.message}\n${USAGE}\n` : `${error.message}\n`);
    process.exitCode = isUsage ? 64 : 1;
  });
}
