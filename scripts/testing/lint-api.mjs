// Compares API.md with what jsii-docgen makes of the public surface that the build wrote down.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { projectRoot } from '../setup/project.mjs';
import { runChild, withNodePrograms } from '../setup/run-child.mjs';

const folder = mkdtempSync(join(tmpdir(), 'lint-api-'));
const current = join(folder, 'API.md');
try {
  const options = { environment: withNodePrograms(), directory: projectRoot };
  const made = await runChild('jsii-docgen', ['--output', current], options);
  const isSame = made === 0 && readFileSync(current, 'utf8') === readFileSync(join(projectRoot, 'API.md'), 'utf8');
  if (!isSame) {
    process.stderr.write('API.md is not what the constructs say now; npm run build && npm run api, and commit it\n');
  }
  process.exitCode = isSame ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}
