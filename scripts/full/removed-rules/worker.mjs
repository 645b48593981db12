import { readdirSync, readFileSync } from 'node:fs';
import Module, { createRequire } from 'node:module';
import { basename, join, sep } from 'node:path';
import process from 'node:process';
import ts from 'typescript';
import { projectRoot } from '../../setup/project.mjs';

/**
 * Runs the tests of the constructs again and again in one process: the CDK is loaded once, the constructs and their tests
 * anew for each mutant. jest would load all of it for every file, which takes most of its time.
 */
const require = createRequire(import.meta.url);
const jest = (...path) => path.reduce((from, name) => createRequire(from.resolve(name)), require);
const RUNNER = ['jest', '@jest/core', 'jest-config', 'jest-circus'];
const circus = jest(...RUNNER)('jest-circus');
const { jestExpect } = jest(...RUNNER, '@jest/expect')('@jest/expect');
const mocks = new (jest(...RUNNER, 'jest-runtime')('jest-mock').ModuleMocker)(globalThis);

const TESTS = join(projectRoot, 'test', 'lib');
const RELOADED = [join(projectRoot, 'lib') + sep, join(projectRoot, 'test') + sep];

const compiled = new Map();
let mutant;

// an extension that comes later would lose lib/private/contract.ts to contract.json beside it.
const { '.json': json } = Module._extensions;
delete Module._extensions['.json'];
Module._extensions['.ts'] = (module, file) => {
  const text = file === mutant?.file ? mutant.text : readFileSync(file, 'utf8');
  if (!compiled.has(text)) {
    const { outputText } = ts.transpileModule(text, {
      fileName: file,
      compilerOptions: { module: ts.ModuleKind.CommonJS, target: ts.ScriptTarget.ES2022, esModuleInterop: true },
    });
    compiled.set(text, outputText);
  }
  module._compile(compiled.get(text), file);
};
Module._extensions['.json'] = json;

const { test, it, describe, beforeAll, beforeEach, afterAll, afterEach } = circus;
Object.assign(globalThis, { test, it, describe, beforeAll, beforeEach, afterAll, afterEach, expect: jestExpect });
globalThis.jest = { fn: mocks.fn.bind(mocks), spyOn: mocks.spyOn.bind(mocks) };
// a test that is slow on a busy machine has noticed nothing.
globalThis[Symbol.for('TEST_TIMEOUT_SYMBOL')] = 120_000;

let failed = false;
circus.addEventHandler(({ name, test: current }) => {
  // one failure is enough.
  if (name === 'test_start' && failed) current.mode = 'skip';
  if (name === 'test_done') {
    // jest does the same, outside of what it calls circus: expect.assertions is held at the end of each test.
    current.errors.push(...jestExpect.extractExpectedAssertionsErrors().map(({ error }) => error));
    failed ||= current.errors.length > 0;
  }
});

function forget() {
  for (const file of Object.keys(require.cache)) {
    if (RELOADED.some((directory) => file.startsWith(directory))) delete require.cache[file];
  }
}

/** The first failure in a test file, or undefined. */
async function failureIn(file) {
  circus.resetState();
  failed = false;
  try {
    require(join(TESTS, file));
  } catch (error) {
    // what is not installed any more says nothing about the mutant: the worker ends, and the lane fails.
    if (error.code === 'MODULE_NOT_FOUND') throw error;
    return `${file}: ${error.message}`;
  }
  const { testResults } = await circus.run();
  mocks.restoreAllMocks();
  const found = testResults.find(({ errors }) => errors.length > 0);
  return found && `${file}: ${found.testPath.slice(1).join(' ')}: ${found.errors[0].split('\n')[0]}`;
}

// the unit tests first: most mutants do not get past them.
const files = readdirSync(TESTS)
  .filter((name) => name.endsWith('.test.ts') && !/\.(e2e|full)\.test\.ts$/.test(name))
  .sort((one, other) => Number(one.includes('.slow.')) - Number(other.includes('.slow.')));
const texts = new Map(files.map((name) => [name, readFileSync(join(TESTS, name), 'utf8')]));

/** All files, first those that name the right that was removed, or that are called like the file that was changed. */
function mostLikelyFirst() {
  const { file = '', right } = mutant;
  const isLikely = (name) => (right ? texts.get(name).includes(right) : name.startsWith(`${basename(file, '.ts')}.`));
  return [...files.filter(isLikely), ...files.filter((name) => !isLikely(name))];
}

async function firstFailure() {
  forget();
  for (const file of mostLikelyFirst()) {
    const failure = await failureIn(file);
    if (failure) {
      // what noticed one rule of a construct is likely to notice the next.
      files.unshift(...files.splice(files.indexOf(file), 1));
      return failure;
    }
  }
  return undefined;
}

process.on('message', async (next) => {
  mutant = next;
  process.send({ name: mutant.name, failure: await firstFailure() });
});
process.send('ready');
