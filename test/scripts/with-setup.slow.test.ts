import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { scriptsDirectory } from './evaluate';

const runChildModule = JSON.stringify(pathToFileURL(join(scriptsDirectory, 'setup', 'run-child.mjs')).href);

function run(program: string, args: string[]) {
  const script = `import { runChild } from ${runChildModule};
    process.exitCode = await runChild(${JSON.stringify(program)}, ${JSON.stringify(args)});`;
  return spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'pipe'] });
}

test.each([
  ['its exit code', 'sh', ['-c', 'exit 7'], 7],
  ['128 and the signal that ended it', 'sh', ['-c', 'kill -9 $$'], 137],
  ['127 if there is no such program', 'no-such-program', [], 127],
])('a command answers %s', async (_, program, args, expected) => {
  const [code] = await once(run(program, args), 'exit');
  expect(code).toBe(expected);
});

test('programs of node_modules are found by their name', async () => {
  const [code] = await once(run('tsc', ['--version']), 'exit');
  expect(code).toBe(0);
});

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s goes on to the command, which is waited for',
  async (signal) => {
    const name = signal.slice(3);
    const script = `sleep 30 & trap "kill $!; sleep 0.2; echo done; exit 9" ${name}; echo ready; wait`;
    const runner = run('sh', ['-c', script]);
    let output = '';
    runner.stdout.setEncoding('utf8').on('data', (text) => {
      output += text;
      if (text.includes('ready')) runner.kill(signal);
    });
    const [code] = await once(runner, 'close');
    expect(code).toBe(9);
    expect(output).toBe('ready\ndone\n');
  },
);
