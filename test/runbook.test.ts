import { Template } from 'aws-cdk-lib/assertions';
import { PARKED_BECAUSE } from '../core/delivery/failures';
import { EVIDENCE_CONFLICT_REASONS, EVIDENCE_UNRESOLVED_REASONS } from '../core/evidence/outcome';
import { GAP_KINDS } from '../core/reconcile/gap';
import { LineagePlatform } from '../lib';
import { defineRepository, defineStack } from './lib/definition';
import { readProjectFile } from './project-files';

const PAGE = readProjectFile('docs/runbook.md');

/** As GitHub makes anchors of headings. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^a-z0-9 -]/g, '')
    .replaceAll(' ', '-');

/** The text below a heading, up to the next one that is no deeper. */
function below(heading: string, text = PAGE): string {
  const level = /^#+/.exec(heading)?.[0] ?? '';
  const [, rest] = text.split(`\n${heading}\n`);
  if (rest === undefined) {
    throw new Error(`the runbook has no section ${heading}`);
  }
  return rest.split(new RegExp(`^#{1,${level.length}} `, 'm'))[0] ?? '';
}

const sectionsIn = (text: string) => [...text.matchAll(/^### (.+)$/gm)].map(([, heading = '']) => heading);

/** The codes of a table with their cells. */
const rowsIn = (text: string) =>
  [...text.matchAll(/^\| `([a-z-]+)` \|(.+)\|$/gm)].map(([, code = '', cells = '']) => ({
    code,
    cells: cells.split('|').map((cell) => cell.trim()),
  }));

const PARTS = ['**Description.**', '**Investigation.**', '**Resolution.**'];

function sectionIsWhole(heading: string): boolean {
  const places = PARTS.map((part) => below(`### ${heading}`).indexOf(part));
  return places.every((place, index) => place > (places[index - 1] ?? -1));
}

const stack = defineStack();
new LineagePlatform(stack, 'Platform', {
  name: 'demo',
  data: { repositories: [defineRepository(stack)] },
  operations: { alarmActions: [] },
});
const descriptions = Object.values(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).map(
  ({ Properties }) => Properties.AlarmDescription as string,
);
const ADDRESS = 'https://github.com/cdk-ml-lineage/cdk-ml-lineage/blob/main/docs/runbook.md#';

test('every alarm leads to its section, and no section is left over', () => {
  expect(descriptions.filter((description) => !description.includes(`. ${ADDRESS}`))).toEqual([]);
  const linked = new Set(descriptions.map((description) => description.split('#')[1]));
  expect(sectionsIn(below('## Alarms')).map(anchorOf).sort()).toEqual([...linked].sort());
});

test('every section says what it is, what to look at and what to do, in this order', () => {
  const parked = sectionsIn(below('## Why a message is parked')).filter((name) => name !== 'What cannot be mended');
  const sections = [...sectionsIn(below('## Alarms')), ...parked];
  expect(sections.filter((heading) => !sectionIsWhole(heading))).toEqual([]);
});

test('every reason to park a message is explained, and no other', () => {
  const text = below('## Why a message is parked');
  const sections = sectionsIn(text).filter((name) => name !== 'What cannot be mended');
  const codes = [...rowsIn(text).map(({ code }) => code), ...sections];
  expect(codes.sort()).toEqual([...PARKED_BECAUSE].sort());
});

test.each([
  ['### A link is missing', EVIDENCE_UNRESOLVED_REASONS],
  ['### Two sources disagree', EVIDENCE_CONFLICT_REASONS],
  ['## What the walk finds', GAP_KINDS],
])('"%s" explains each of its codes, and no other', (heading, codes) => {
  const rows = rowsIn(below(heading));
  expect(rows.map(({ code }) => code).sort()).toEqual([...codes].sort());
});

test('every row of a table is filled', () => {
  const rows = rowsIn(PAGE);
  expect(rows.length).toBeGreaterThan(40);
  // description, investigation, resolution.
  expect(rows.filter(({ cells }) => cells.length !== 3 || cells.some((cell) => cell === ''))).toEqual([]);
});

test('every link within the page leads somewhere', () => {
  const anchors = [...PAGE.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => anchorOf(heading));
  const links = [...PAGE.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor ?? '');
  expect(links.length).toBeGreaterThan(10);
  expect(links.filter((link) => !anchors.includes(link))).toEqual([]);
});
