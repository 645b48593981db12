import { localAwsVariables } from '../setup/local-aws-variables.mjs';
import { runJest } from '../testing/test-programs.mjs';

export const name = 'slow end-to-end tests';

export const run = () => runJest('full', localAwsVariables());
