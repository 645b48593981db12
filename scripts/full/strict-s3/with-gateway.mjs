import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChild } from '../../setup/run-child.mjs';
import { startGateway } from './gateway.mjs';
import { installVersitygw, VERSION } from './versitygw.mjs';

// Runs a program beside an S3 that verifies and authorizes every request: node with-gateway.mjs COMMAND [ARGUMENT...]
const [program, ...args] = process.argv.slice(2);
const executable = await installVersitygw();
const place = mkdtempSync(join(tmpdir(), 'gateway-'));
let gateway;
try {
  // S3 keeps connections, and the clients that are measured use them.
  gateway = await startGateway(executable, place, ['--keep-alive']);
  const environment = { ...process.env, ...gateway.variables, STRICT_S3_VERSION: VERSION };
  process.exitCode = await runChild(program, args, { environment });
} finally {
  await gateway?.stop();
  rmSync(place, { recursive: true, force: true });
}
