import { spawnSync } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { PAYLOAD_TYPE, preAuthenticationEncoding } from '../../core/evidence/dsse';
import { type TrustedKeys, trustKeys } from '../../core/evidence/public-keys';
import { verifyEnvelope } from '../../core/evidence/verify-envelope';
import { digestSigner } from '../core/evidence/digest-signer';
import { readProjectFile } from '../project-files';
import { type Evidence, FORGERIES, onDisk, twoStatements } from './envelope-files';

/** what docs/evidence.md tells an auditor to type, in its order. */
const steps = [...readProjectFile('docs/evidence.md').matchAll(/^```sh\n([\s\S]*?)^```$/gm)].map(([, code]) => code);

function typeSteps(evidence: Evidence, fingerprint = evidence.key.keyid) {
  return onDisk(evidence, (directory) => {
    const { status, stdout, stderr } = spawnSync('sh', ['-eu', '-c', steps.join('\n')], {
      cwd: directory,
      env: { PATH: process.env.PATH, FINGERPRINT: fingerprint },
      encoding: 'utf8',
    });
    return { accepted: status === 0, stdout, stderr };
  });
}

/** OpenSSL over the bytes that our own code says are signed. */
function opensslVerifies({ first, key }: Evidence): boolean {
  const { payload, payloadType, signatures } = JSON.parse(first.toString());
  return onDisk({ first, second: first, key }, (directory) => {
    writeFileSync(join(directory, 'signed'), preAuthenticationEncoding(payloadType, Buffer.from(payload, 'base64')));
    writeFileSync(join(directory, 'signature'), Buffer.from(signatures[0].sig, 'base64'));
    const parameters = ['dgst', '-sha256', '-verify', 'key.pem', '-signature', 'signature', 'signed'];
    return spawnSync('openssl', parameters, { cwd: directory }).status === 0;
  });
}

function ourVerifierAccepts({ first, second, key }: Evidence): boolean {
  // a key under a name that is not its own is what trustKeys() would not take.
  const trusted: TrustedKeys = {
    ...trustKeys([], [key.keyid]),
    keys: new Map([[key.keyid, createPublicKey(key.pem)]]),
  };
  return [first, second].every((bytes) => verifyEnvelope(bytes, trusted).kind === 'verified');
}

test('the steps for an auditor are there, and none of them is left out here', () => {
  expect(steps.length).toBe(3);
});

test('OpenSSL and our verifier accept what was signed, and the steps for an auditor lead to the end', async () => {
  const evidence = await twoStatements();
  expect(JSON.parse(evidence.first.toString()).payloadType).toBe(PAYLOAD_TYPE);
  expect(opensslVerifies(evidence)).toBe(true);
  expect(ourVerifierAccepts(evidence)).toBe(true);
  const { accepted, stdout, stderr } = typeSteps(evidence);
  expect(stderr).toBe('');
  expect(stdout).toBe(`${evidence.key.keyid}\nVerified OK\nVerified OK\n`);
  expect(accepted).toBe(true);
});

test.each(FORGERIES)('OpenSSL, our verifier and the steps for an auditor refuse %s', async (_what, forge) => {
  const forged = forge(await twoStatements());
  expect(opensslVerifies(forged)).toBe(false);
  expect(ourVerifierAccepts(forged)).toBe(false);
  expect(typeSteps(forged).accepted).toBe(false);
});

test('the steps for an auditor refuse a key that is not the trusted one', async () => {
  const { accepted, stdout } = typeSteps(await twoStatements(), digestSigner().keyid);
  expect(stdout).toBe('');
  expect(accepted).toBe(false);
});

test('the steps for an auditor refuse statements that are not of one chain', async () => {
  const evidence = await twoStatements();
  const { accepted, stdout } = typeSteps({ ...evidence, first: evidence.second });
  expect(stdout).toContain('Verified OK\nVerified OK\n');
  expect(accepted).toBe(false);
});
