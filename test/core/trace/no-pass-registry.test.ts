import { packageWith } from '../chain/deployment-findings';
import { ALIAS, changeVersion, moveAlias, PACKAGE, VERSION } from './estate-changes';
import { type Case, expectNoPass } from './no-pass';

const CASES: Case[] = [
  [
    'a package that nothing is known of',
    PACKAGE,
    ({ state }) =>
      state.deployments.set('Diagnosis/1', {
        ...packageWith(),
        packages: packageWith().packages.map((one) => ({ ...one, containers: [] })),
      }),
    'model-version-not-found',
    'unresolved',
  ],
  [
    'an unknown version',
    { kind: 'model-version', name: 'diagnosis', version: '9' },
    () => {},
    'model-version-not-found',
    'unresolved',
  ],
  [
    'a version without a run',
    VERSION,
    (e) => changeVersion(e, { runId: undefined }),
    'model-version-without-run',
    'unresolved',
  ],
  [
    'a version of other bytes than its run has',
    VERSION,
    (e) => changeVersion(e, { source: 's3://elsewhere/model' }),
    'model-version-unproven',
    'unresolved',
  ],
  [
    'an unknown alias',
    { kind: 'model-alias', name: 'diagnosis', alias: 'none' },
    () => {},
    'alias-not-found',
    'unresolved',
  ],
  ['an alias that is moved meanwhile', ALIAS, moveAlias, 'alias-moved', 'unresolved'],
];

test.each(CASES)('%s is told as such, and is no pass', expectNoPass);
