import type { TaggedRun } from '../../../core/chain/tag-runs';
import { arn } from '../chain/deployment-findings';
import { RUN } from './estate';
import { changeRun, MD5, OF_RUN, retag, VERSION } from './estate-changes';
import { type Case, expectNoPass } from './no-pass';

const CASES: Case[] = [
  [
    'a version whose run is deleted for good',
    VERSION,
    ({ state }) => state.runs.clear(),
    'run-not-found',
    'unresolved',
  ],
  ['an unknown run', { kind: 'run', runId: 'other' }, () => {}, 'run-not-found', 'unresolved'],
  ['a deleted run', OF_RUN, (e) => changeRun(e, { deleted: true }), 'run-deleted', 'unresolved'],
  [
    'a run without tags',
    OF_RUN,
    (e) => changeRun(e, { tags: { 'sagemaker.training_job_name': 'train-1' } }),
    'run-without-tags',
    'unresolved',
  ],
  ['a run of nobody', OF_RUN, (e) => changeRun(e, { tags: {} }), 'run-without-tags', 'unresolved'],
  [
    'a run that lost the name of its job',
    OF_RUN,
    (e) => retag(e, { 'sagemaker.training_job_name': undefined }),
    'run-without-job',
    'unresolved',
  ],
  [
    'a run that names no job but something else',
    OF_RUN,
    (e) => retag(e, { 'sagemaker.training_job_name': "x' or 1=1" }),
    'run-without-job',
    'unresolved',
  ],
  [
    'a run of another platform',
    OF_RUN,
    (e) => retag(e, { 'lineage.platform': 'other' }),
    'run-of-other-platform',
    'unresolved',
  ],
  [
    'a run with the tags of another',
    { kind: 'run', runId: 'copy' },
    ({ state }) => state.runs.set('copy', { ...(state.runs.get(RUN) as TaggedRun), id: 'copy' }),
    'run-not-stated',
    'unresolved',
  ],
  [
    'a run that names two jobs',
    OF_RUN,
    (e) => retag(e, { 'sagemaker.training_job_arn': arn('training-job/train-2') }),
    'run-of-two-jobs',
    'conflict',
  ],
  [
    'a run that the job of its name has not logged',
    OF_RUN,
    (e) => changeRun(e, { startedAt: new Date('2025-01-01'), tags: { ...e.tags, 'lineage.training_job_arn': '' } }),
    'run-of-other-job',
    'conflict',
  ],
  [
    'a data commit that was changed on the run',
    OF_RUN,
    (e) => retag(e, { data_git_commit_id: 'f'.repeat(40) }),
    'tag-differs',
    'conflict',
  ],
  [
    'a dataset that was changed on the run',
    OF_RUN,
    (e) => retag(e, { 'lineage.dataset': `b@${MD5}` }),
    'tag-differs',
    'conflict',
  ],
];

test.each(CASES)('%s is told as such, and is no pass', expectNoPass);
