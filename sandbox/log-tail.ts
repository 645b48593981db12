import { closeSync, existsSync, fstatSync, openSync, readSync } from 'node:fs';

const TAIL_LINES = 40;
const TAIL_BYTES = 16 * 1024;

/** The end of a log, however long the log is. */
export function readLogTail(log: string): string {
  if (!existsSync(log)) return '(no log)';
  const file = openSync(log, 'r');
  try {
    const { size } = fstatSync(file);
    const bytes = Buffer.alloc(Math.min(size, TAIL_BYTES));
    const read = readSync(file, bytes, 0, bytes.length, size - bytes.length);
    const lines = bytes.toString('utf8', 0, read).trimEnd().split('\n');
    return lines.slice(-TAIL_LINES).join('\n') || '(the log is empty)';
  } finally {
    closeSync(file);
  }
}
