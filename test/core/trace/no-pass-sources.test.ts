import { HttpError } from '../../../core/http/http-error';
import { NotAtRest } from '../../../core/sagemaker/not-at-rest';
import { attributed } from '../../../core/trace/source-failure';
import {
  ALIAS,
  denied,
  ENDPOINT,
  fails,
  MODEL,
  OF_JOB,
  OF_RUN,
  refuseEvidence,
  unreachable,
  VERSION,
} from './estate-changes';
import { type Case, expectNoPass } from './no-pass';

const CASES: Case[] = [
  [
    'an endpoint that is changing',
    ENDPOINT,
    fails('sagemaker', 'deployment', new NotAtRest('it is Updating')),
    'not-at-rest',
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
];

test.each(CASES)('%s is told as such, and is no pass', expectNoPass);
