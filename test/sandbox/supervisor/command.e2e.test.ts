import { spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { defaultInstanceDirectory } from '../../../sandbox/project-paths';
import { sandboxCommand } from './sandbox-command';

jest.setTimeout(180_000);

const NAME = `command-test-${process.pid}`;

afterAll(() => {
  sandboxCommand('down', NAME);
  rmSync(defaultInstanceDirectory(NAME), { recursive: true, force: true });
});

test.each([[[]], [['bogus']], [['up', 'a', 'b']]])('%j answers with the usage', (args) => {
  const { status, stdout, stderr } = sandboxCommand(...args);
  expect([status, stdout]).toEqual([64, '']);
  expect(stderr).toContain('usage: npm run sandbox -- VERB [NAME]');
});

test('a sandbox goes up, is found up, is reset and goes down', () => {
  expect(sandboxCommand('status', NAME)).toMatchObject({ status: 1, stdout: `The sandbox ${NAME} is down.\n` });

  const up = sandboxCommand('up', NAME);
  expect(up).toMatchObject({ status: 0, stderr: '' });
  expect(up.stdout).toMatch(/is up \([\d.]+ s\)[\s\S]*AWS +https:\/\/127\.0\.0\.1:\d+ /);

  const again = sandboxCommand('up', NAME);
  expect(again).toMatchObject({ status: 0, stderr: '' });
  expect(again.stdout).toContain(`The sandbox ${NAME} is already up.`);

  const status = sandboxCommand('status', NAME);
  expect(status).toMatchObject({ status: 0, stderr: '' });
  expect(status.stdout.match(/ running \(process \d+\), log /g)).toHaveLength(3);

  const reset = sandboxCommand('reset', NAME);
  expect(reset).toMatchObject({ status: 0, stderr: '' });
  expect(sandboxCommand('status', NAME).stdout).toContain('is up');

  expect(sandboxCommand('down', NAME)).toMatchObject({ status: 0, stdout: `The sandbox ${NAME} is down.\n` });
  expect(sandboxCommand('down', NAME)).toMatchObject({ status: 0, stdout: `The sandbox ${NAME} was not up.\n` });
  expect(sandboxCommand('status', NAME).status).toBe(1);
});

test('the file it names makes a shell a client', () => {
  sandboxCommand('up', NAME);
  const file = join(defaultInstanceDirectory(NAME), 'environment.sh');
  const shell = spawnSync(
    'sh',
    ['-c', `. '${file}'; echo "$AWS_ENDPOINT_URL|\${AWS_PROFILE-unset}|$SANDBOX_GIT_TOKEN"`],
    {
      encoding: 'utf8',
      env: { ...process.env, AWS_PROFILE: 'production' },
    },
  );
  expect(shell.stdout).toMatch(/^https:\/\/127\.0\.0\.1:\d+\|unset\|[0-9a-f]{48}\n$/);
  expect(readFileSync(file, 'utf8')).not.toContain('SANDBOX_DIRECTORY');
  sandboxCommand('down', NAME);
});
