import { DERIVATION } from './estate';
import {
  changeEndpoint,
  ENDPOINT,
  erase,
  OF_JOB,
  OF_RUN,
  restate,
  retag,
  stateNothing,
  tamper,
} from './estate-changes';
import { type Case, expectNoPass } from './no-pass';

const CASES: Case[] = [
  [
    'a tag of a statement that is not there',
    OF_RUN,
    (e) => retag(e, { 'lineage.evidence': 'demo/training-job/x' }),
    'tag-without-evidence',
    'conflict',
  ],
  [
    'evidence that was taken away',
    OF_JOB,
    ({ store }) => erase(store, '/training-job/'),
    'evidence-missing',
    'unresolved',
  ],
  [
    'a tag whose evidence was taken away',
    OF_RUN,
    ({ store }) => erase(store, '/training-job/'),
    'tag-without-evidence',
    'unresolved',
  ],
  ['evidence that was written over', OF_JOB, tamper, 'evidence-broken', 'conflict'],
  [
    'evidence that was deleted',
    OF_JOB,
    ({ store, stated }) => store.deleteWithMarker(stated.key),
    'evidence-broken',
    'conflict',
  ],
  ['a deleted job', OF_JOB, ({ state }) => state.jobs.clear(), 'training-job-not-found', 'unresolved'],
  ['a deleted job that a run names', OF_RUN, ({ state }) => state.jobs.clear(), 'data-as-stated', 'unresolved'],
  [
    'data that is another than stated',
    OF_JOB,
    ({ state }) => {
      state.derivation = { ...DERIVATION, dataCommit: 'e'.repeat(40) };
    },
    'evidence-differs',
    'conflict',
  ],
  [
    'a dataset that is another than stated',
    OF_JOB,
    ({ state }) => {
      state.derivation = { ...DERIVATION, datasets: [{ path: 'a', md5: 'f'.repeat(32) }] };
    },
    'evidence-differs',
    'conflict',
  ],
  [
    'an endpoint that changed since it was stated',
    ENDPOINT,
    (e) => changeEndpoint(e, { endpointConfig: 'Config-2' }),
    'evidence-of-before',
    'unresolved',
  ],
  [
    'an endpoint that leads to data that its statement does not name',
    ENDPOINT,
    stateNothing,
    'evidence-differs',
    'conflict',
  ],
  [
    'a job whose last statement is a conflict',
    OF_JOB,
    restate({
      status: 'conflict',
      assurance: 'attested',
      reasons: [{ code: 'revision-moved', explanation: 'x' }],
      notCompared: [],
    }),
    'evidence-conflict',
    'conflict',
  ],
  [
    'a job whose last statement is unresolved',
    OF_JOB,
    restate({
      status: 'unresolved',
      assurance: 'attested',
      reasons: [{ code: 'run-missing', explanation: 'x' }],
      notCompared: [],
    }),
    'evidence-unresolved',
    'unresolved',
  ],
  [
    'a job whose last statement left something open',
    OF_JOB,
    restate({ status: 'recorded', assurance: 'attested', notCompared: ['file-contents'] }),
    'evidence-recorded',
    'recorded',
  ],
  [
    'a run whose tag names an earlier statement',
    OF_RUN,
    restate({ status: 'recorded', assurance: 'attested', notCompared: ['file-contents'] }),
    'tag-of-earlier-evidence',
    'recorded',
  ],
];

test.each(CASES)('%s is told as such, and is no pass', expectNoPass);
