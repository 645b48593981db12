import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processStart } from './process-identity.mjs';
import { stateDirectory } from './project.mjs';
import { killGroup, observeCommands } from './run-command.mjs';

const POLL_MILLISECONDS = 200;
const BREAKING_MILLISECONDS = 10_000;
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

const readIfThere = (read) => {
  try {
    return read();
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
};

/** Creates the file with its whole content, or answers false if it is there already. */
function createWhole(file, content) {
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, content);
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * Removes the lock of a process that is gone, and ends what that one had started, which would go on installing.
 * One at a time, or a slow one would remove its successor's lock.
 */
function removeIfStale(lock) {
  const breaking = `${lock}.breaking`;
  const since = readIfThere(() => statSync(breaking).mtimeMs);
  if (since !== undefined && Date.now() - since > BREAKING_MILLISECONDS) rmSync(breaking, { force: true });
  if (!createWhole(breaking, '')) return;
  try {
    const content = readIfThere(() => readFileSync(lock, 'utf8'));
    if (content === undefined) return;
    const holder = JSON.parse(content);
    if (processStart(holder.pid) === holder.start) return;
    for (const command of holder.commands) killGroup(command, 'SIGKILL');
    rmSync(lock, { force: true });
  } finally {
    rmSync(breaking, { force: true });
  }
}

/** Runs the work while no other process of this checkout is setting up. */
export async function withSetupLock(work, { directory = stateDirectory, onWait = () => {} } = {}) {
  mkdirSync(directory, { recursive: true });
  const lock = join(directory, 'setup.lock');
  const content = (commands) => JSON.stringify({ pid: process.pid, start: processStart(process.pid), commands });
  let announced = false;
  while (!createWhole(lock, content([]))) {
    removeIfStale(lock);
    const held = readIfThere(() => readFileSync(lock, 'utf8'));
    if (held === undefined) continue;
    if (!announced) onWait(JSON.parse(held).pid);
    announced = true;
    await sleep(POLL_MILLISECONDS);
  }
  let commands = [];
  observeCommands((running) => {
    commands = running;
    writeFileSync(`${lock}.${process.pid}`, content(running));
    renameSync(`${lock}.${process.pid}`, lock);
  });
  const release = () => {
    observeCommands(undefined);
    rmSync(lock, { force: true });
  };
  const abandon = (signal) => {
    for (const command of commands) killGroup(command, 'SIGTERM');
    release();
    process.exit(128 + constants.signals[signal]);
  };
  for (const signal of SIGNALS) process.on(signal, abandon);
  try {
    return await work();
  } finally {
    for (const signal of SIGNALS) process.off(signal, abandon);
    release();
  }
}
