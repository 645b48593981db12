import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from './project.mjs';

const FORWARDED_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];
const NOT_FOUND_EXIT_CODE = 127;

/** The environment in which the programs of node_modules are found by name. */
export function withNodePrograms(environment = process.env) {
  const programs = join(projectRoot, 'node_modules', '.bin');
  return { ...environment, PATH: `${programs}:${environment.PATH ?? ''}` };
}

/**
 * Runs a program on this terminal and answers its exit code (128 and the signal's number, as in a shell, if one
 * ended it). Signals go on to the program, which decides when it ends; this process waits for that.
 */
export function runChild(program, args, { environment = withNodePrograms(), directory = process.cwd() } = {}) {
  return new Promise((resolve, reject) => {
    let child;
    const forward = (signal) => {
      // ctrl-c reaches the whole foreground group by itself; a second copy would look like a second ctrl-c.
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal);
    };
    // before the program runs: a signal in between would end this process and leave the program alone.
    for (const signal of FORWARDED_SIGNALS) process.on(signal, forward);
    child = spawn(program, args, { cwd: directory, env: environment, stdio: 'inherit' });
    const release = () => {
      for (const signal of FORWARDED_SIGNALS) process.off(signal, forward);
    };
    child.on('error', (error) => {
      release();
      if (error.code !== 'ENOENT') return reject(error);
      process.stderr.write(`${program}: command not found (looked in node_modules/.bin and PATH)\n`);
      resolve(NOT_FOUND_EXIT_CODE);
    });
    child.on('exit', (code, signal) => {
      release();
      resolve(signal ? 128 + constants.signals[signal] : code);
    });
  });
}
