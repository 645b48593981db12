import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { performance } from 'node:perf_hooks';
import { setInterval } from 'node:timers';
import { projectRoot } from '../setup/project.mjs';
import { withNodePrograms } from '../setup/run-child.mjs';
import { residentBytesBelow } from './demo/resident-memory.mjs';

export const name = 'demo, its time and its memory';

const LIMIT_SECONDS = 90;
const LIMIT_BYTES = 3 * 1024 ** 3;
const SAMPLE_MILLISECONDS = 500;

/** Runs the demo as a newcomer does, after the set-up, and compares it with what the README says of it. */
export async function run() {
  const since = performance.now();
  const demo = spawn('npm', ['run', '--silent', 'demo'], {
    cwd: projectRoot,
    env: withNodePrograms(),
    stdio: 'inherit',
  });
  let peak = 0;
  const sampling = setInterval(() => {
    peak = Math.max(peak, residentBytesBelow(demo.pid));
  }, SAMPLE_MILLISECONDS);
  const [code] = await once(demo, 'exit');
  clearInterval(sampling);
  const seconds = (performance.now() - since) / 1000;

  const checks = [
    [`the demo ends with exit code 0 (${code})`, code === 0],
    [`in at most ${LIMIT_SECONDS} s (${seconds.toFixed(0)} s)`, seconds <= LIMIT_SECONDS],
    [
      `with less than 3 GiB in all its processes (${(peak / 1024 ** 3).toFixed(2)} GiB)`,
      peak > 0 && peak < LIMIT_BYTES,
    ],
  ];
  for (const [what, holds] of checks) {
    process.stdout.write(`${holds ? 'ok' : 'NOT OK'}: ${what}\n`);
  }
  const failed = checks.filter(([, holds]) => !holds).length;
  return { passed: checks.length - failed, failed, skipped: 0 };
}
