import { parseArgs } from 'node:util';
import { compileLocks } from './setup/compile-locks.mjs';
import { setUp } from './setup/set-up.mjs';
import { checkToolchain } from './setup/toolchain.mjs';
import { installUv } from './setup/uv.mjs';

const USAGE = `usage: npm run setup -- [--lock [--upgrade]]
  --lock      compile requirements/*.in to requirements/*.txt before setting up
  --upgrade   with --lock: take the newest versions that the .in files allow`;

const say = (line) => process.stderr.write(`${line}\n`);

async function main() {
  let options;
  try {
    options = parseArgs({ options: { lock: { type: 'boolean' }, upgrade: { type: 'boolean' } } }).values;
  } catch (error) {
    say(`${error.message}\n${USAGE}`);
    return 64;
  }
  if (options.lock) {
    const { python } = checkToolchain();
    await installUv(python);
    await compileLocks(say, { upgrade: options.upgrade });
  }
  if (!(await setUp(say))) say('setup: nothing to do');
  return 0;
}

main().then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    say(error.message);
    process.exitCode = 1;
  },
);
