import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { get } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { projectRoot, tlsDirectory } from '../../setup/project.mjs';
import { environmentDirectory } from '../../setup/python-environments.mjs';
import { runCommand } from '../../setup/run-command.mjs';

const ROOT = 'root';
const SECRET = 'secret-of-every-account';
const REGION = 'us-east-1';
// named after what the tests allow them.
const USERS = ['puller', 'pusher', 'verifier', 'collector', 'administrator'];

const START_MILLISECONDS = 20_000;
const POLL_MILLISECONDS = 50;

const authority = join(tlsDirectory, 'ca.pem');

async function findFreePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Answers the status, or undefined while nobody listens. */
function statusOf(url) {
  return new Promise((resolve) => {
    get(url, { ca: readFileSync(authority) }, (response) => resolve(response.resume().statusCode)).on('error', () =>
      resolve(undefined),
    );
  });
}

async function untilReady(child, endpoint, log) {
  const deadline = Date.now() + START_MILLISECONDS;
  while ((await statusOf(`${endpoint}/health`)) !== 200) {
    if (child.exitCode !== null || Date.now() > deadline) {
      throw new Error(`the S3 gateway did not start:\n${readFileSync(log, 'utf8')}`);
    }
    await sleep(POLL_MILLISECONDS);
  }
}

async function createUsers(executable, endpoint) {
  const environment = { ...process.env, SSL_CERT_FILE: authority };
  const admin = ['admin', '--access', ROOT, '--secret', SECRET, '--region', REGION, '--endpoint-url', endpoint];
  for (const user of USERS) {
    const args = [...admin, 'create-user', '--access', user, '--secret', SECRET, '--role', 'user'];
    await runCommand(`creation of user ${user}`, executable, args, { environment });
  }
}

/**
 * Starts an S3 that verifies signatures and authorizes every request, with all it keeps below a directory.
 * Answers what its clients need to know, as environment variables, and how to stop it.
 */
export async function startGateway(executable, directory, options = []) {
  const [objects, versions, metadata, accounts] = ['objects', 'versions', 'metadata', 'accounts'].map((name) => {
    mkdirSync(join(directory, name));
    return join(directory, name);
  });
  const port = await findFreePort();
  const endpoint = `https://127.0.0.1:${port}`;
  const gateway = [
    '--port',
    `127.0.0.1:${port}`,
    '--health',
    '/health',
    '--iam-dir',
    accounts,
    '--region',
    REGION,
    ...options,
  ];
  const tls = ['--cert', join(tlsDirectory, 'server.pem'), '--key', join(tlsDirectory, 'server.key')];
  // not every file system has the extended attributes in which it would keep metadata otherwise.
  const backend = ['posix', '--versioning-dir', versions, '--sidecar', metadata, objects];

  const python = join(environmentDirectory('emulator'), 'bin', 'python');
  const guard = ['-I', join(projectRoot, 'sandbox', 'process_guard.py'), '--lifeline'];
  const logFile = join(directory, 'gateway.log');
  const log = openSync(logFile, 'a');
  const child = spawn(python, [...guard, executable, ...gateway, ...tls, ...backend], {
    env: { PATH: process.env.PATH, ROOT_ACCESS_KEY_ID: ROOT, ROOT_SECRET_ACCESS_KEY: SECRET },
    // the guard takes the end of its input, which comes with the end of this process, as order to stop.
    stdio: ['pipe', log, log],
  });
  closeSync(log);
  const ended = once(child, 'close');
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
  };
  try {
    await untilReady(child, endpoint, logFile);
    await createUsers(executable, endpoint);
  } catch (error) {
    await stop();
    throw error;
  }
  const variables = {
    STRICT_S3_ENDPOINT: endpoint,
    STRICT_S3_SECRET: SECRET,
    STRICT_S3_AUTHORITY: authority,
    STRICT_S3_PROGRAM: executable,
    STRICT_S3_LOG: logFile,
  };
  return { variables, stop };
}
