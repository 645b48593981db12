import { createPrivateKey, randomUUID, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot, stateDirectory, tlsDirectory } from './project.mjs';
import { environmentDirectory } from './python-environments.mjs';
import { runCommand } from './run-command.mjs';

const RENEWAL_DAYS = 7;
const DAY_MILLISECONDS = 24 * 60 * 60 * 1000;

/** Whether the directory holds a certificate of its own authority, with its key, that will be valid for a while. */
export function certificatesAreReady(directory = tlsDirectory, now = Date.now()) {
  const [authorityFile, serverFile, keyFile] = ['ca.pem', 'server.pem', 'server.key'].map((n) => join(directory, n));
  if (![authorityFile, serverFile, keyFile].every((file) => existsSync(file))) return false;
  try {
    const authority = new X509Certificate(readFileSync(authorityFile));
    const server = new X509Certificate(readFileSync(serverFile));
    const validUntil = Math.min(Date.parse(authority.validTo), Date.parse(server.validTo));
    return (
      server.verify(authority.publicKey) &&
      server.checkPrivateKey(createPrivateKey(readFileSync(keyFile))) &&
      validUntil - now > RENEWAL_DAYS * DAY_MILLISECONDS
    );
  } catch {
    // a file that cannot be parsed is as good as none: new ones are made.
    return false;
  }
}

/** Makes the files elsewhere and puts the whole directory in place, so that nobody meets a certificate without its key. */
export async function makeCertificates() {
  const fresh = join(stateDirectory, `tls.${randomUUID()}`);
  const python = join(environmentDirectory('emulator'), 'bin', 'python');
  try {
    await runCommand('certificate', python, ['-m', 'sandbox.tls', fresh], { directory: projectRoot });
    rmSync(tlsDirectory, { recursive: true, force: true });
    renameSync(fresh, tlsDirectory);
  } finally {
    rmSync(fresh, { recursive: true, force: true });
  }
}
