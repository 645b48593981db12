import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { PROJECT } from '../project-files';
import { type Evidence, FORGERIES, onDisk, twoStatements } from './envelope-files';

const PYTHON = join(PROJECT, '.sandbox/environments/checks/bin/python');
const JUDGE = join(__dirname, 'verify_dsse.py');

function judge(evidence: Evidence): string {
  return onDisk(evidence, (directory) => {
    const files = [join(directory, '000001.json'), join(directory, 'key.pem')];
    const { status, stdout, stderr } = spawnSync(PYTHON, [JUDGE, ...files, evidence.key.keyid], { encoding: 'utf8' });
    if (status !== 0) {
      throw new Error(
        `securesystemslib[crypto] has to be in requirements/checks.in, and judge without an error: ${stderr}`,
      );
    }
    return stdout.trim();
  });
}

test('securesystemslib accepts an envelope of ours', async () => {
  expect(judge(await twoStatements())).toBe('accepted');
});

test.each(FORGERIES)('securesystemslib refuses %s', async (_what, forge) => {
  expect(judge(forge(await twoStatements()))).toBe('refused');
});
