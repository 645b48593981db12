import type { Derivation } from '../../../core/chain/derivation';
import { publishedNothing } from '../../../core/chain/published-nothing';
import { maker, processingJob, publication, unresolved } from './training-findings';

const notFound: Derivation = { ...unresolved, job: maker };
const ended = (completed: boolean, configuredRevision: string | undefined = 'v1') => ({
  ...processingJob,
  configuredRevision,
  setup: { ...processingJob.setup, completed },
});
const untold = { ...ended(true), configuredRevision: undefined };

test('a processing job that was told no data revision published nothing', () => {
  expect(publishedNothing(untold, { ...notFound, reason: 'revision-missing' })).toBe(true);
  expect(publishedNothing({ ...untold, configuredRevision: '' }, { ...notFound, reason: 'repository-missing' })).toBe(
    true,
  );
});

test('a processing job that failed and left no tag published nothing', () => {
  expect(publishedNothing(ended(false), notFound)).toBe(true);
});

test.each<[what: string, completed: boolean, derivation: Derivation]>([
  ['completed and left a tag', true, publication],
  ['failed and left a tag', false, publication],
  ['completed and left no tag', true, notFound],
  [
    'failed, and names a repository that the platform does not allow',
    false,
    { ...notFound, reason: 'repository-not-allowed' },
  ],
])('a processing job that %s gets its statement', (_what, completed, derivation) => {
  expect(publishedNothing(ended(completed), derivation)).toBe(false);
});

test('a training job gets its statement, whatever it was told', () => {
  expect(publishedNothing(untold, unresolved)).toBe(false);
});
