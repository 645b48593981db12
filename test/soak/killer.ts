import type { FunctionWorker } from './function-worker';
import type { Random } from './random';

// a message is written of up to five times: some functions die at its first write, some at its last, some between messages.
const LATEST_WRITE = 8;

/**
 * Kills functions between two writes: after one of them was taken, and before the function learns of it.
 */
export class Killer {
  private readonly workers = new Map<string, FunctionWorker>();
  private readonly left = new Map<FunctionWorker, number>();
  /** how often a function was killed, by what it had just written. */
  readonly killed = new Map<string, number>();
  active = false;

  constructor(private readonly random: Random) {}

  /** Each worker signs with a key of its own. */
  watch(accessKeyId: string, worker: FunctionWorker): void {
    this.workers.set(accessKeyId, worker);
  }

  /**
   * @returns whether the worker that wrote is dead by now
   */
  afterWrite(accessKeyId: string, what: string): boolean {
    const worker = this.workers.get(accessKeyId);
    if (!this.active || !worker) {
      return false;
    }
    const left = (this.left.get(worker) ?? this.random.whole(1, LATEST_WRITE)) - 1;
    if (left > 0) {
      this.left.set(worker, left);
      return false;
    }
    this.left.delete(worker);
    if (worker.kill()) {
      this.killed.set(what, (this.killed.get(what) ?? 0) + 1);
    }
    return true;
  }
}
