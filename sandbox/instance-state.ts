import { linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ProcessIdentity } from './process-identity';

export const PROCESS_NAMES = ['emulator', 'sagemaker', 'git'] as const;
export type ProcessName = (typeof PROCESS_NAMES)[number];

export interface InstancePorts {
  readonly emulator: number;
  readonly sagemaker: number;
  readonly mlflow: number;
  readonly git: number;
}

/** What instance.json holds: enough for any other process to use, judge and end the instance. */
export interface InstanceState {
  readonly name: string;
  readonly directory: string;
  readonly account: string;
  readonly region: string;
  readonly ports: InstancePorts;
  readonly gitToken: string;
  /** Whether it outlives the process that started it. */
  readonly detached: boolean;
  readonly owner: ProcessIdentity;
  /** Whether all processes have answered. */
  readonly ready: boolean;
  /** The guard of each process. */
  readonly processes: Partial<Record<ProcessName, ProcessIdentity>>;
}

/** Where the processes keep what they hold; it goes with every start. */
export const dataDirectory = (directory: string) => join(directory, 'data');
export const logDirectory = (directory: string) => join(directory, 'logs');

const stateFile = (directory: string) => join(directory, 'instance.json');
const draftFile = (directory: string) => join(directory, `instance.json.${process.pid}`);

export function readState(directory: string): InstanceState | undefined {
  let text: string;
  try {
    text = readFileSync(stateFile(directory), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return JSON.parse(text) as InstanceState;
  } catch (error) {
    throw new Error(`${stateFile(directory)} is no JSON (${error}): remove the directory ${directory}`);
  }
}

function writeDraft(state: InstanceState): string {
  const draft = draftFile(state.directory);
  // it holds the token of the git server.
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`, { mode: 0o600 });
  return draft;
}

/** Writes the state of an instance that this process has claimed. */
export function writeState(state: InstanceState): void {
  renameSync(writeDraft(state), stateFile(state.directory));
}

/** Claims the directory; false if there is a state already, whose claim it is then. */
export function claimState(state: InstanceState): boolean {
  mkdirSync(state.directory, { recursive: true, mode: 0o700 });
  const draft = writeDraft(state);
  try {
    linkSync(draft, stateFile(state.directory));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Removes this very state; a newer one of somebody else stays. */
export function removeState(state: InstanceState): void {
  const current = readState(state.directory);
  if (current?.owner.pid === state.owner.pid && current.owner.start === state.owner.start) {
    rmSync(stateFile(state.directory), { force: true });
  }
}
