import { setUpOrExit } from './setup/set-up.mjs';
import { lint } from './testing/lint.mjs';

await setUpOrExit();
process.exitCode = (await lint()) > 0 ? 1 : 0;
