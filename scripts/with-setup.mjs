import { buildIfChanged } from './setup/build-if-changed.mjs';
import { localAwsVariables } from './setup/local-aws-variables.mjs';
import { runChild, withNodePrograms } from './setup/run-child.mjs';
import { setUp } from './setup/set-up.mjs';

const USAGE_EXIT_CODE = 64;

async function main([program, ...args]) {
  if (!program) {
    process.stderr.write('usage: node scripts/with-setup.mjs COMMAND [ARGUMENT...]\n');
    return USAGE_EXIT_CODE;
  }
  await setUp();
  const built = await buildIfChanged();
  const environment = { ...withNodePrograms(), ...localAwsVariables() };
  return built === 0 ? runChild(program, args, { environment }) : built;
}

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error) => {
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  },
);
