// Builds everything that ships: the functions, the command line and the TypeScript API (esbuild), the jobs package (uv), the
// constructs (jsii).
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { writeCoreTypes } from './core-types.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const inputs = [
  'lib',
  'core',
  'lambda',
  'bin',
  'jobs',
  'README.md',
  'package.json',
  'package-lock.json',
  'docs/schemas',
  'scripts/build.mjs',
  'scripts/core-types.mjs',
];
const stamp = join(root, '.sandbox', 'build.sha256');
const assets = join(root, 'assets');
const contract = join(root, 'lib', 'private', 'contract.json');

const digest = digestOf(inputs);
if (process.argv.includes('--if-changed') && isBuilt(digest)) {
  process.exit(0);
}
const started = Date.now();
rmSync(stamp, { force: true });
rmSync(assets, { recursive: true, force: true });
// jsii leaves what it made of a module that is no more, and the package would ship it.
rmSync(join(root, 'build'), { recursive: true, force: true });
mkdirSync(assets, { recursive: true });
await bundleFunctions();
await bundleCommandLine();
await bundleCore();
buildJobsPackage();
compileConstructs();
mkdirSync(dirname(stamp), { recursive: true });
writeFileSync(stamp, digest);
console.log(`built in ${((Date.now() - started) / 1000).toFixed(1)} s`);

function bundleFunctions() {
  const functions = readdirSync(join(root, 'lambda'), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return Promise.all(
    functions.map(({ name }) => bundle(join('lambda', name, 'index.ts'), join(assets, name, 'index.js'))),
  );
}

async function bundleCommandLine() {
  const outfile = join(assets, 'ml-lineage.cjs');
  await bundle(join('bin', 'ml-lineage.ts'), outfile, { js: '#!/usr/bin/env node' });
  chmodSync(outfile, 0o755);
}

async function bundleCore() {
  await bundle(join('core', 'index.ts'), join(assets, 'core.js'));
  await writeCoreTypes(root, join(assets, 'core.d.ts'));
}

// without minified white space esbuild writes module paths into comments, and the same source gives other bytes,
// so other asset hashes, in another checkout.
function bundle(entryPoint, outfile, banner = {}) {
  return build({
    absWorkingDir: root,
    entryPoints: [entryPoint],
    outfile,
    banner,
    bundle: true,
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minifyWhitespace: true,
    minifySyntax: true,
    // the packages' ES modules leave out what is not used; their CommonJS twins bring every operation of a service.
    mainFields: ['module', 'main'],
    conditions: ['module', 'import'],
    legalComments: 'none',
    logLevel: 'warning',
  });
}

function buildJobsPackage() {
  const sources = join(root, 'jobs', 'src', 'lineage_jobs');
  cpSync(contract, join(sources, 'contract.json'));
  const environments = join(root, '.sandbox', 'environments');
  const uv = join(environments, 'uv', 'bin', 'uv');
  if (!existsSync(uv)) {
    throw new Error(`${relative(root, uv)} is missing; run "npm run setup" first`);
  }
  const toolkit = join(root, 'jobs', 'toolkit', '__main__.py');
  const wheels = join(assets, 'lineage-jobs');
  run(uv, ['build', '--quiet', '--wheel', '--no-build-logs', '--out-dir', wheels, join(root, 'jobs')]);
  cpSync(toolkit, join(wheels, '__main__.py'));
  const [wheel] = readdirSync(wheels).filter((name) => name.endsWith('.whl'));
  for (const name of readdirSync(wheels)) {
    if (name !== wheel && name !== '__main__.py') {
      rmSync(join(wheels, name));
    }
  }
  run(uv, [
    'pip',
    'install',
    '--quiet',
    '--no-deps',
    '--reinstall',
    '--offline',
    '--python',
    join(environments, 'jobs'),
    join(wheels, wheel),
  ]);
}

function compileConstructs() {
  run(process.execPath, [
    join(root, 'node_modules', 'jsii', 'bin', 'jsii'),
    '--generate-tsconfig',
    'tsconfig.jsii.json',
    '--fail-on-warnings',
    '--silence-warnings=reserved-word',
  ]);
}

function run(command, args) {
  try {
    execFileSync(command, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      // jsii's banner says that Node 20 is past its end; we run the tests on it all the same.
      env: { ...process.env, JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION: '20' },
    });
  } catch (error) {
    process.stderr.write(`${error.stdout}${error.stderr}`);
    throw new Error(`the build stopped at: ${relative(root, command)} ${args.join(' ')}`);
  }
}

function isBuilt(wanted) {
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted && existsSync(join(root, '.jsii'));
}

function digestOf(paths) {
  const hash = createHash('sha256');
  for (const path of paths.flatMap((input) => filesBelow(join(root, input)))) {
    hash.update(`${relative(root, path)}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

function filesBelow(path) {
  if (!existsSync(path)) {
    return [];
  }
  if (!statSync(path).isDirectory()) {
    return [path];
  }
  return readdirSync(path)
    .filter((name) => (name !== '__pycache__' && name !== 'contract.json') || path.endsWith('private'))
    .sort()
    .flatMap((name) => filesBelow(join(path, name)));
}
