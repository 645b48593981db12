import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { checkpointDraft } from '../../../core/evidence/checkpoint';
import { composeStatement, type Draft } from '../../../core/evidence/statement';
import { projectFiles, readProjectFile } from '../../project-files';
import { census, datasetDraft, deploymentDraft, RECORDED_BY, trainingDraft } from './drafts';
import { schemaFiles } from './schema-files';

const REMEDY = 'npx tsx test/core/evidence/write-schemas.ts';

test.each(Object.entries(schemaFiles()))('%s is what the code says', (path, schema) => {
  const current = isDeepStrictEqual(JSON.parse(readProjectFile(path)), schema);
  expect(current ? 'current' : `out of date: ${REMEDY}`).toBe('current');
});

test('there is no schema that the code does not know', () => {
  expect(projectFiles('docs/schemas/*')).toEqual(Object.keys(schemaFiles()).sort());
});

const position = { sequence: 1, previous: null, recordedAt: '2026-01-02T04:00:00.000Z' };
const drafts: [string, Draft][] = [
  ['dataset', datasetDraft()],
  ['training', trainingDraft()],
  ['deployment', deploymentDraft()],
  [
    'checkpoint',
    checkpointDraft(
      { platform: 'demo', recordedBy: RECORDED_BY, day: '2026-01-02', census: census() },
      { heads: [], problems: [{ code: 'foreign-key', key: 'demo/x', explanation: 'it is no key of a statement' }] },
    ),
  ],
];

test.each(drafts)('the published schema takes a %s statement, and refuses it with a member more', (kind, draft) => {
  const published = z.fromJSONSchema(JSON.parse(readProjectFile(`docs/schemas/${kind}-statement.v1.json`)));
  const statement = JSON.parse(JSON.stringify(composeStatement(draft, position)));
  expect(published.safeParse(statement).error?.issues ?? []).toEqual([]);
  statement.predicate.note = 'x';
  expect(published.safeParse(statement).success).toBe(false);
});
