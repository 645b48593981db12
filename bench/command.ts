import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Sandbox } from '../sandbox/instance';
import { projectRoot } from '../sandbox/project-paths';
import { deployIdlePlatform } from './deployed-platform';
import { measureListing } from './large-listing';
import { describeMachine, describePython } from './machine';
import { sectionOf, withSection } from './page-section';
import { HEADING } from './questions-report';
import { report } from './report';
import { measureRunTaggers, type Rounds } from './run-tagger';

const USAGE = `usage: npm run bench -- [--rounds NUMBER] [--messages NUMBER] [--write]
  --rounds    how often each function is started (7)
  --messages  how many messages each gets after the first one (10)
  --write     write docs/benchmarks.md`;
const USAGE_EXIT_CODE = 64;

const started = Date.now();

function say(text: string): void {
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

async function measureAll(rounds: Rounds): Promise<string> {
  const sandbox = await Sandbox.start({ name: 'bench' });
  try {
    say('a platform on the local AWS');
    const walk = await deployIdlePlatform(sandbox);
    say('the largest listing');
    const listing = await measureListing(sandbox, walk);
    const functions = await measureRunTaggers(sandbox, walk, rounds, say);
    const machine = `${describeMachine()}, ${describePython()}`;
    return report({ functions, listing, rounds, machine, day: new Date() });
  } finally {
    await sandbox.stop();
    await rm(sandbox.directory, { recursive: true, force: true });
  }
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return USAGE_EXIT_CODE;
  }
  const text = await measureAll(options);
  process.stdout.write(text);
  if (options.write) {
    const page = join(projectRoot, 'docs', 'benchmarks.md');
    // that section is measured by itself.
    const kept = sectionOf(await readFile(page, 'utf8'), HEADING);
    await writeFile(page, kept === undefined ? text : withSection(text, kept));
  }
  return 0;
}

function readOptions(args: string[]): (Rounds & { readonly write: boolean }) | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        rounds: { type: 'string', default: '7' },
        messages: { type: 'string', default: '10' },
        write: { type: 'boolean', default: false },
      },
    });
    const [rounds, warmMessages] = [Number(values.rounds), Number(values.messages)];
    const positive = [rounds, warmMessages].every((number) => Number.isInteger(number) && number > 0);
    return positive ? { rounds, warmMessages, write: values.write } : undefined;
  } catch (error) {
    process.stderr.write(`bench: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`bench: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  },
);
