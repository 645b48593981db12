import { readFileSync } from 'node:fs';
import { contract } from '../core/contract';

const UNITS: Record<string, number> = { MiB: 1024 ** 2, s: 1, bytes: 1 };

/** Bounds that show nowhere: how much is done at once, and lengths inside of a field. */
const INNER = [
  'evaluationBytes',
  'evaluationMetrics',
  'objectChecksAtOnce',
  'modelVersions',
  'jobCreationSkewSeconds',
  'trainingStatementSeconds',
  'packagePropertyCharacters',
  'evidenceExplanationCharacters',
  'evidenceValuesInClear',
  'evidenceValueCharacters',
  'evidenceValueDigests',
  'evidenceChecks',
  'evidenceClockSkewSeconds',
  'evidenceAppendAttempts',
  'evidencePublicKeys',
  'evidenceExportVersions',
  'evidenceExportBytes',
  'evidenceExportListingBytes',
  'datasetStatementWaitSeconds',
  'evidenceChainsAtOnce',
  'evidenceCheckpointProblems',
  'evidenceCheckpointHours',
  'censusJobsAtOnce',
  'censusPatienceSeconds',
  'walkChainsPerPage',
  'walkDatasets',
  'walkGraceSeconds',
  'walkPageCharacters',
  'walkPages',
  'tracePackageVersions',
];

const rows = [...readFileSync('docs/limits.md', 'utf8').matchAll(/^\| ([\d,]+)(?: (\S+))? \|[^|]*\| `(\w+)` \|/gm)];
const told = Object.fromEntries(
  rows.map(([, number = '', unit, name = '']) => [
    name,
    Number(number.replaceAll(',', '')) * (unit ? (UNITS[unit] ?? NaN) : 1),
  ]),
);

test('the page on limits tells the numbers of the contract', () => {
  const limits: Record<string, number> = contract.limits;
  expect(told).toEqual(Object.fromEntries(rows.map(([, , , name = '']) => [name, limits[name]])));
});

test('each limit is told on the page, or shows nowhere', () => {
  expect([...Object.keys(told), ...INNER].sort()).toEqual(Object.keys(contract.limits).sort());
});
