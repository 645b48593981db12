import type { FoundData } from '../../../core/chain/look-up-data';
import type { TraceSubject } from '../../../core/trace/subject';
import { COMMIT } from '../chain/training-findings';
import { DERIVATION, REPOSITORY } from './estate';
import { COMMIT_SUBJECT, conflict, largeListing, OBJECT, OF_JOB, unresolved } from './estate-changes';
import { type Case, expectNoPass } from './no-pass';

const CASES: Case[] = [
  [
    'a data commit that is gone',
    OF_JOB,
    ({ state }) => {
      state.derivation = unresolved('revision-not-found');
    },
    'data-revision-not-found',
    'unresolved',
  ],
  [
    'an object that is gone',
    OF_JOB,
    ({ state }) => {
      state.derivation = unresolved('object-missing');
    },
    'object-not-found',
    'unresolved',
  ],
  [
    'an object that was overwritten',
    OF_JOB,
    ({ state }) => {
      state.derivation = conflict('object-overwritten');
    },
    'object-overwritten',
    'conflict',
  ],
  [
    'metafiles that disagree',
    OF_JOB,
    ({ state }) => {
      state.derivation = conflict('metafiles-disagree');
    },
    'sources-disagree',
    'conflict',
  ],
  [
    'files that were not compared',
    OF_JOB,
    ({ state }) => {
      state.derivation = { ...DERIVATION, notCompared: ['file-contents', 'run-claims'] };
    },
    'not-compared',
    'recorded',
  ],
  ['a listing of two million entries', OF_JOB, largeListing, 'listing-too-large', 'recorded'],
  [
    'a listing that is gone',
    OF_JOB,
    (e) => {
      largeListing(e);
      e.state.listing = undefined;
    },
    'dataset-not-listed',
    'unresolved',
  ],
  [
    'a listing that is none',
    OF_JOB,
    (e) => {
      largeListing(e);
      e.state.listing = Buffer.from('{}');
    },
    'dataset-not-listed',
    'unresolved',
  ],
  [
    'a data commit that nothing leads to',
    COMMIT_SUBJECT,
    ({ state }) => {
      state.revisions = [];
    },
    'data-commit-not-found',
    'unresolved',
  ],
  [
    'a data commit whose data revision is moved while it is looked up',
    COMMIT_SUBJECT,
    ({ state }) => {
      state.found = { ...state.found, dataCommit: 'e'.repeat(40) } as FoundData;
    },
    'data-commit-not-found',
    'unresolved',
  ],
  [
    'an unknown data revision',
    { kind: 'data-revision', revision: 'v9' },
    ({ state }) => {
      state.found = { status: 'unresolved', reason: 'revision-not-found', explanation: 'no tag' };
    },
    'data-revision-not-found',
    'unresolved',
  ],
  [
    'a data revision of two repositories',
    { kind: 'data-revision', revision: 'v1' },
    ({ state }) => {
      state.repositories = [REPOSITORY, 'https://git.example.com/b.git'];
    },
    'data-revision-ambiguous',
    'unresolved',
  ],
  [
    'a data revision whose data disagrees',
    { kind: 'data-revision', revision: 'v1' },
    ({ state }) => {
      state.found = {
        status: 'conflict',
        reason: 'listing-differs',
        explanation: 'x',
        dataCommit: COMMIT,
        datasets: [],
        notCompared: [],
      };
    },
    'data-conflict',
    'conflict',
  ],
  [
    'an object of another bucket',
    { ...OBJECT, bucket: 'other' } as TraceSubject,
    () => {},
    'object-not-of-remote',
    'unresolved',
  ],
  [
    'an object that is not there',
    OBJECT,
    ({ state }) => {
      state.history = { versions: [], deleted: false, more: false };
    },
    'object-not-found',
    'unresolved',
  ],
  [
    'an object that was deleted once',
    OBJECT,
    ({ state }) => {
      state.history = { ...state.history, deleted: true };
    },
    'object-overwritten',
    'conflict',
  ],
];

test.each(CASES)('%s is told as such, and is no pass', expectNoPass);
