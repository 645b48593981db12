import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { projectRoot } from '../../sandbox/project-paths';
import { report } from './report';
import { soak } from './soak';

const USAGE = `usage: npm run test:soak -- [--jobs NUMBER] [--seed NUMBER] [--write]
  --jobs   how many jobs end (2000)
  --seed   from which jobs, deliveries and faults are drawn (1)
  --write  write docs/soak.md`;
const USAGE_EXIT_CODE = 64;
const SHOWN_FAILURES = 50;

const started = Date.now();

function say(text: string): void {
  process.stderr.write(`${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s  ${text}\n`);
}

async function main(args: string[]): Promise<number> {
  const options = readOptions(args);
  if (!options) {
    process.stderr.write(`${USAGE}\n`);
    return USAGE_EXIT_CODE;
  }
  const { seed, jobs } = options;
  say(`seed ${seed}, ${jobs} jobs`);
  const result = await soak({ seed, jobs, say });
  const text = report(result, new Date());
  process.stdout.write(text);
  for (const failure of result.failures.slice(0, SHOWN_FAILURES)) {
    process.stdout.write(`NOT OK: ${failure}\n`);
  }
  if (options.write) {
    await writeFile(join(projectRoot, 'docs', 'soak.md'), text);
  }
  return result.failures.length > 0 ? 1 : 0;
}

function readOptions(args: string[]): { seed: number; jobs: number; write: boolean } | undefined {
  try {
    const { values } = parseArgs({
      args,
      options: {
        seed: { type: 'string', default: '1' },
        jobs: { type: 'string', default: '2000' },
        write: { type: 'boolean', default: false },
      },
    });
    const [seed, jobs] = [Number(values.seed), Number(values.jobs)];
    return [seed, jobs].every((number) => Number.isSafeInteger(number) && number > 0)
      ? { seed, jobs, write: values.write }
      : undefined;
  } catch (error) {
    process.stderr.write(`test:soak: ${error instanceof Error ? error.message : error}\n`);
    return undefined;
  }
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`test:soak: ${error instanceof Error ? error.stack : error}\n`);
    process.exitCode = 1;
  },
);
