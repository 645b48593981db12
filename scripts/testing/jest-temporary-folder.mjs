import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * The CDK synthesizes each app of a test into a temporary folder and leaves it there; all of them together fill a disk in the
 * end. The workers are started after this, and inherit the place.
 */
export default () => {
  const machine = process.env.TMPDIR;
  const folder = mkdtempSync(join(tmpdir(), 'jest-'));
  process.env.TMPDIR = folder;
  globalThis.removeTemporaryFolder = () => {
    if (machine === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = machine;
    rmSync(folder, { recursive: true, force: true });
  };
};
