import type { DescribedDeployment, DescribedModel } from '../../../core/chain/deployment';
import type { Status } from '../../../core/chain/derivation';
import type { FoundData } from '../../../core/chain/look-up-data';
import type { TaggedRun } from '../../../core/chain/tag-runs';
import { HttpError } from '../../../core/http/http-error';
import { NotAtRest } from '../../../core/sagemaker/not-at-rest';
import type { TraceProblem } from '../../../core/trace/problems';
import { attributed } from '../../../core/trace/source-failure';
import type { TraceSubject } from '../../../core/trace/subject';
import { arn, container, current, endpointWith, packageArn, packageWith } from '../chain/deployment-findings';
import { COMMIT } from '../chain/training-findings';
import { DERIVATION, type Estate, estate, REPOSITORY, RUN } from './estate';
import {
  ALIAS,
  COMMIT_SUBJECT,
  changeEndpoint,
  changeRun,
  changeVersion,
  conflict,
  denied,
  ENDPOINT,
  erase,
  fails,
  follow,
  largeListing,
  MD5,
  MODEL,
  moveAlias,
  OBJECT,
  OF_JOB,
  OF_RUN,
  PACKAGE,
  refuseEvidence,
  restate,
  retag,
  stateNothing,
  TRANSFORM,
  tamper,
  unreachable,
  unresolved,
  VERSION,
} from './estate-changes';

type Case = [
  what: string,
  subject: TraceSubject,
  change: (estate: Estate) => unknown,
  problem: TraceProblem,
  status: Status,
];

const CASES: Case[] = [
  ['an unknown endpoint', { kind: 'endpoint', name: 'other' }, () => {}, 'endpoint-not-found', 'unresolved'],
  ['a deleted endpoint', ENDPOINT, ({ state }) => state.deployments.clear(), 'endpoint-not-found', 'unresolved'],
  [
    'a failed endpoint',
    ENDPOINT,
    ({ state }) => state.deployments.set('Serving', 'failed'),
    'endpoint-failed',
    'unresolved',
  ],
  [
    'an endpoint that is changing',
    ENDPOINT,
    fails('sagemaker', 'deployment', new NotAtRest('it is Updating')),
    'not-at-rest',
    'unresolved',
  ],
  [
    'an unknown batch transform',
    TRANSFORM,
    ({ state }) => state.deployments.clear(),
    'transform-job-not-found',
    'unresolved',
  ],
  ['an unknown package', PACKAGE, ({ state }) => state.deployments.clear(), 'model-package-not-found', 'unresolved'],
  [
    'a failed package',
    PACKAGE,
    ({ state }) => state.deployments.set('Diagnosis/1', 'failed'),
    'model-package-failed',
    'unresolved',
  ],
  ['an unknown model', MODEL, ({ state }) => state.models.clear(), 'model-not-found', 'unresolved'],
  [
    'an endpoint whose model is gone',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: [],
        missing: [{ code: 'model-missing', explanation: 'there is no model model-1 any more' }],
      }),
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'an endpoint that names no variant',
    ENDPOINT,
    (e) => changeEndpoint(e, { variants: [], models: [] }),
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'a batch transform whose model names no container',
    TRANSFORM,
    ({ state }) => {
      const [model] = endpointWith(container).models as [DescribedModel];
      const found = state.deployments.get('Transform-1') as DescribedDeployment;
      state.deployments.set('Transform-1', { ...found, models: [{ ...model, containers: [] }] });
    },
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'variants of different models',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        variants: [
          { name: 'a', modelArn: arn('model/model-1'), weight: '1' },
          { name: 'b', modelArn: arn('model/model-2'), weight: '1' },
        ],
      }),
    'variants-differ',
    'unresolved',
  ],
  [
    'a model of an image alone',
    ENDPOINT,
    (e) => changeEndpoint(e, { models: endpointWith({ ...container, data: { kind: 'none' } }).models }),
    'model-bytes-unproven',
    'unresolved',
  ],
  [
    'a model whose data is no single object',
    ENDPOINT,
    (e) => changeEndpoint(e, { models: endpointWith({ ...container, data: { kind: 'no-single-object' } }).models }),
    'model-bytes-unproven',
    'unresolved',
  ],
  [
    'a model that no job has made',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: endpointWith({ ...container, data: { kind: 'object', uri: 's3://elsewhere/m.tar.gz' } }).models,
      }),
    'model-bytes-unproven',
    'unresolved',
  ],
  [
    'a model without containers',
    MODEL,
    ({ state }) => state.models.set('model-1', endpointWith()),
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'model bytes that were overwritten',
    ENDPOINT,
    ({ state }) => {
      state.object = { ...current, object: { ...current.object, versionId: 'v9' } };
    },
    'model-bytes-differ',
    'conflict',
  ],
  [
    'model bytes that cannot be read',
    ENDPOINT,
    ({ state }) => {
      state.object = undefined;
    },
    'model-bytes-not-read',
    'unresolved',
  ],
  [
    'other bytes at another place',
    ENDPOINT,
    ({ state }) => {
      state.object = { object: { ...current.object, key: 'copy' }, sha256: 'f'.repeat(64) };
    },
    'model-bytes-unproven',
    'unresolved',
  ],
  [
    'a model that differs from its package',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: endpointWith({ ...container, packageArn }).models,
        packages: packageWith().packages.map((one) => ({ ...one, containers: [] })),
      }),
    'model-package-differs',
    'conflict',
  ],
  [
    'a package that was changed since its model was made',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: endpointWith({ image: undefined, data: { kind: 'none' }, packageArn }).models,
        packages: packageWith().packages,
      }),
    'model-package-changed',
    'recorded',
  ],
  [
    'a package with another data commit',
    PACKAGE,
    ({ state }) => state.deployments.set('Diagnosis/1', packageWith({ data_git_commit_id: 'f'.repeat(40) })),
    'tag-differs',
    'conflict',
  ],
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
    'a version whose run is deleted for good',
    VERSION,
    ({ state }) => state.runs.clear(),
    'run-not-found',
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
  ['MLflow that does not answer', VERSION, fails('mlflow', 'modelVersion', unreachable), 'unreachable', 'unresolved'],
  [
    'MLflow that lets nobody in',
    OF_RUN,
    fails('mlflow', 'run', new HttpError('HTTP 403', { status: 403 })),
    'access-denied',
    'unresolved',
  ],
  [
    'MLflow that does not answer of an alias',
    ALIAS,
    fails('mlflow', 'aliasedVersion', unreachable),
    'unreachable',
    'unresolved',
  ],
  ['a Git host that does not answer', OF_JOB, fails('data', 'derive', unreachable), 'unreachable', 'unresolved'],
  ['SageMaker that lets nobody in', OF_JOB, fails('sagemaker', 'trainingJob', denied), 'access-denied', 'unresolved'],
  ['a model that may not be described', MODEL, fails('sagemaker', 'model', denied), 'access-denied', 'unresolved'],
  [
    'S3 that does not answer',
    ENDPOINT,
    ({ sources }) => {
      Object.assign(sources, attributed('S3', { readObject: async () => Promise.reject(unreachable) }));
    },
    'unreachable',
    'unresolved',
  ],
  ['evidence that may not be read', OF_JOB, (e) => refuseEvidence(e), 'access-denied', 'unresolved'],
  [
    'nobody whose key is trusted',
    OF_JOB,
    ({ sources }) => {
      Object.assign(sources, { evidence: undefined });
    },
    'evidence-not-checked',
    'recorded',
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

test.each(CASES)('%s is told as such, and is no pass', async (_what, subject, change, problem, status) => {
  const given = await estate();
  await change(given);
  const found = await follow(given, subject);
  expect(found.problems).toContain(problem);
  expect(found.status).toBe(status);
});
