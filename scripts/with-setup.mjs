import { buildIfChanged } from './setup/build-if-changed.mjs';
import { localAwsVariables } from './setup/local-aws-variables.mjs';
import { BENCH_SETS } from './setup/python-environments.mjs';
import { runChild, withNodePrograms } from './setup/run-child.mjs';
import { setUp } from './setup/set-up.mjs';

const USAGE_EXIT_CODE = 64;

async function main(words) {
  const sets = [];
  while (words[0] === '--set') sets.push(...words.splice(0, 2).slice(1));
  const [program, ...args] = words;
  if (!program || sets.some((set) => !BENCH_SETS.includes(set))) {
    process.stderr.write(
      `usage: node scripts/with-setup.mjs [--set ${BENCH_SETS.join('|')}]... COMMAND [ARGUMENT...]\n`,
    );
    return USAGE_EXIT_CODE;
  }
  await setUp(undefined, sets);
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
