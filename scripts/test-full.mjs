import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildIfChanged } from './setup/build-if-changed.mjs';
import { projectRoot } from './setup/project.mjs';
import { FULL_TEST_SETS } from './setup/python-environments.mjs';
import { setUpOrExit } from './setup/set-up.mjs';
import { runSteps } from './testing/run-steps.mjs';

/** Each file in scripts/full is a lane: it exports its name and run(), which answers { passed, failed, skipped }. */
const directory = join(projectRoot, 'scripts', 'full');
const files = readdirSync(directory).filter((file) => file.endsWith('.mjs'));
const lanes = await Promise.all(files.sort().map((file) => import(pathToFileURL(join(directory, file)).href)));

await setUpOrExit(FULL_TEST_SETS);
const built = await buildIfChanged();
// slow lanes are independent of each other: one run shows all that is broken.
process.exitCode = built === 0 ? await runSteps(lanes, { keepGoing: true }) : built;
