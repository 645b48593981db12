import { setUp } from './setup/set-up.mjs';
import { lint } from './testing/lint.mjs';

await setUp();
process.exitCode = (await lint()) > 0 ? 1 : 0;
