import { spawn } from 'node:child_process';
import { processStart } from './process-identity.mjs';

// programs name the cause at the beginning or at the end of what they print; usage texts stand between.
const FIRST_LINES = 15;
const LAST_LINES = 30;
const KEPT_CHARACTERS = 100_000;

function shorten(output) {
  const lines = output.trimEnd().split('\n');
  if (lines.length <= FIRST_LINES + LAST_LINES) return lines.join('\n');
  const omitted = `... ${lines.length - FIRST_LINES - LAST_LINES} lines ...`;
  return [...lines.slice(0, FIRST_LINES), omitted, ...lines.slice(-LAST_LINES)].join('\n');
}

export class CommandFailure extends Error {
  constructor(title, outcome, output) {
    super(`${title} failed (${outcome})${output.trim() ? `:\n${shorten(output)}` : ', without any output'}`);
    this.name = 'CommandFailure';
    this.output = output;
  }
}

const running = new Map();
let listener = () => {};

/** Tells the listener, now and at each change, which programs are running: [{ pid, start }], each heads a group. */
export function observeCommands(newListener) {
  listener = newListener ?? (() => {});
  listener([...running.values()]);
}

export function killGroup({ pid, start }, signal) {
  if (processStart(pid) !== start) return;
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // it may end between the look and the signal.
    if (error.code !== 'ESRCH') throw error;
  }
}

/**
 * Runs a program quietly and answers its output; a failure carries it, shortened.
 * What is kept is bounded, so that a chatty program cannot fill the memory.
 */
export function runCommand(title, program, args, { environment = process.env, directory } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: directory,
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe'],
      // a group of its own, so that it can be ended together with what it started.
      detached: true,
    });
    if (child.pid !== undefined) {
      running.set(child.pid, { pid: child.pid, start: processStart(child.pid) });
      listener([...running.values()]);
    }
    let output = '';
    const keep = (chunk) => {
      const longer = output + chunk;
      output =
        longer.length <= 2 * KEPT_CHARACTERS
          ? longer
          : longer.slice(0, KEPT_CHARACTERS) + longer.slice(-KEPT_CHARACTERS);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => reject(new CommandFailure(title, error.message, output)));
    child.on('close', (code, signal) => {
      running.delete(child.pid);
      listener([...running.values()]);
      if (code === 0) resolve(output);
      else reject(new CommandFailure(title, signal ? `killed by ${signal}` : `exit code ${code}`, output));
    });
  });
}
