import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { projectRoot } from '../setup/project.mjs';
import { environmentDirectory } from '../setup/python-environments.mjs';
import { runCommand } from '../setup/run-command.mjs';

const CONCURRENCY = 2;

const nodeProgram = (name) => join(projectRoot, 'node_modules', '.bin', name);
const checkProgram = (name) => join(environmentDirectory('checks'), 'bin', name);

/** mypy reads the types of what is imported from the environment in which the sources run. */
function typesOf(directory, set) {
  const python = join(environmentDirectory(set), 'bin', 'python');
  return [`mypy ${directory}`, checkProgram('mypy'), ['--strict', '--python-executable', python, directory]];
}

const hasPython = (directory) =>
  existsSync(join(projectRoot, directory)) &&
  readdirSync(join(projectRoot, directory), { recursive: true }).some((name) => name.endsWith('.py'));

function checks() {
  return [
    ['biome', nodeProgram('biome'), ['check', '--error-on-warnings', '.']],
    ['tsc', nodeProgram('tsc'), ['--noEmit', '--project', 'tsconfig.json']],
    ['ruff check', checkProgram('ruff'), ['check', '.']],
    ['ruff format', checkProgram('ruff'), ['format', '--check', '.']],
    typesOf('sandbox', 'emulator'),
    ...(hasPython('jobs') ? [typesOf('jobs', 'jobs')] : []),
    // of the environments that are always there, the one that has MLflow and boto3 too.
    typesOf(join('bench', 'python-function'), 'jobs'),
    typesOf(join('bench', 'training-job'), 'jobs'),
    [
      'cfn-lint',
      process.execPath,
      [join(projectRoot, 'scripts', 'testing', 'lint-template.mjs'), checkProgram('cfn-lint')],
    ],
    // both read the public surface, which jsii writes down when it builds.
    ['awslint', nodeProgram('awslint'), []],
    ['API.md', process.execPath, [join(projectRoot, 'scripts', 'testing', 'lint-api.mjs')]],
    ['README examples', nodeProgram('jsii-rosetta'), ['extract', '--strict']],
  ];
}

/** Runs every check, even if one fails, so that one run shows all there is to mend. Answers how many failed. */
export async function lint(print = (text) => process.stdout.write(`${text}\n`)) {
  const waiting = checks();
  let failures = 0;
  const work = async () => {
    for (let check = waiting.shift(); check; check = waiting.shift()) {
      const [title, program, args] = check;
      const since = performance.now();
      try {
        await runCommand(title, program, args, { directory: projectRoot });
        print(`lint: ${title.padEnd(16)} ok ${((performance.now() - since) / 1000).toFixed(1)} s`);
      } catch (error) {
        failures += 1;
        print(`lint: ${title} failed\n${error.output ?? error.stack}`);
      }
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
  return failures;
}
