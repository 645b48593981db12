import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot } from '../setup/project.mjs';

export const name = 'set-up of a fresh checkout';

const LIMIT_SECONDS = 360;
const NOTHING_TO_DO_SECONDS = 2;
const KILLED_AFTER_MILLISECONDS = 8_000;

const say = (text) => process.stdout.write(`${text}\n`);

function setUpIn(checkout) {
  const since = performance.now();
  const result = spawnSync(process.execPath, ['scripts/setup.mjs'], { cwd: checkout, encoding: 'utf8' });
  const seconds = (performance.now() - since) / 1000;
  say(result.stderr.trimEnd());
  return { status: result.status, seconds, output: result.stderr };
}

/** The checks in their order; each answers undefined, or what is wrong. */
const CHECKS = [
  [
    'a set-up that was killed is begun again and finished in time',
    async (checkout) => {
      const killed = spawn(process.execPath, ['scripts/setup.mjs'], { cwd: checkout, stdio: 'ignore' });
      await sleep(KILLED_AFTER_MILLISECONDS);
      killed.kill('SIGKILL');
      const { status, seconds, output } = setUpIn(checkout);
      if (status !== 0) return `it ended with exit code ${status}`;
      if (!output.includes('setup: done')) return 'there was nothing left to do: kill it sooner';
      return seconds > LIMIT_SECONDS ? `it took ${seconds.toFixed(0)} s, more than ${LIMIT_SECONDS} s` : undefined;
    },
  ],
  [
    'a set-up with nothing to do is quick and says so in one line',
    async (checkout) => {
      const { status, seconds, output } = setUpIn(checkout);
      if (status !== 0 || output !== 'setup: nothing to do\n') return `exit code ${status}, it said ${output}`;
      return seconds > NOTHING_TO_DO_SECONDS ? `it took ${seconds.toFixed(1)} s` : undefined;
    },
  ],
  [
    'each Python set is consistent',
    async (checkout) => {
      const environments = join(checkout, '.sandbox', 'environments');
      const check = (set) => {
        const python = join(environments, set, 'bin', 'python');
        return spawnSync(join(environments, 'uv', 'bin', 'uv'), ['pip', 'check', '--python', python], {
          encoding: 'utf8',
        });
      };
      const broken = ['emulator', 'jobs', 'mlflow', 'checks'].map(check).filter(({ status }) => status !== 0);
      return broken.length > 0 ? broken.map(({ stderr }) => stderr).join('\n') : undefined;
    },
  ],
  [
    'a damaged environment is made again, the others are not',
    async (checkout) => {
      rmSync(join(checkout, '.sandbox', 'environments', 'checks', '.complete'));
      const { status, output } = setUpIn(checkout);
      if (status !== 0 || !output.includes('python set checks')) return `exit code ${status}, it said ${output}`;
      return output.includes('python set jobs') ? 'another set was made as well' : undefined;
    },
  ],
];

export async function run() {
  const place = mkdtempSync(join(tmpdir(), 'fresh-checkout-'));
  const checkout = join(place, 'checkout');
  const counts = { passed: 0, failed: 0, skipped: 0 };
  try {
    const cloned = spawnSync('git', ['clone', '--quiet', projectRoot, checkout], { encoding: 'utf8' });
    if (cloned.status !== 0) throw new Error(`git clone failed: ${cloned.stderr}`);
    if (existsSync(join(checkout, 'node_modules'))) throw new Error('the checkout is not fresh: it has node_modules');
    for (const [title, check] of CHECKS) {
      const wrong = await check(checkout);
      say(`${wrong ? 'FAILED' : 'ok'}: ${title}${wrong ? `: ${wrong}` : ''}`);
      counts[wrong ? 'failed' : 'passed'] += 1;
    }
    return counts;
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
