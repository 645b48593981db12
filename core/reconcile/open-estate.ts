import type { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { contract } from '../contract';
import { CannotSucceed } from '../delivery/failures';
import type { RemoteReader } from '../dvc/remote-reader';
import type { EvidenceReader } from '../evidence/evidence-store';
import { type LastTraining, readLastTrainings } from '../evidence/last-trainings';
import type { TrustedKeys } from '../evidence/public-keys';
import type { MlflowClient } from '../mlflow/mlflow-client';
import { describeDeployment } from '../sagemaker/describe-deployment';
import { type EndedJob, readJobTag } from '../sagemaker/ended-job';
import { belongsToPlatform } from '../sagemaker/job-scope';
import { listDeployments, listJobs } from '../sagemaker/listed';
import { findNamedTraining } from '../sagemaker/named-training';
import { describeEndedProcessingJob } from '../sagemaker/processing-job';
import { describeEndedTrainingJob, type EndedTrainingJob, findEndedTrainingJob } from '../sagemaker/training-job';
import type { Estate } from './estate';
import { hasChain } from './jobs';
import type { Window } from './walk';

/**
 * Where the parts of a platform are looked up, with the rights of whoever walks.
 */
export interface EstateParts {
  readonly platform: string;
  readonly jobRoleArns: readonly string[];
  /** of the platform's MLflow App, which is in its account and region. */
  readonly mlflowAppArn: string;
  readonly sagemaker: SageMakerClient;
  readonly mlflow: MlflowClient;
  readonly reader: EvidenceReader;
  readonly trusted: TrustedKeys;
  readonly remote: RemoteReader;
}

/**
 * Opens the estate for one step.
 */
export function openEstate(parts: EstateParts): Estate {
  const { platform, jobRoleArns, mlflowAppArn, sagemaker, mlflow, reader, trusted, remote } = parts;
  const trainings = once(
    (name: string): Promise<LastTraining[]> => readLastTrainings(platform, name, { reader, trusted }),
  );
  const trainingJobNamed = once(
    (name: string): Promise<EndedTrainingJob | undefined> => findEndedTrainingJob(sagemaker, name),
  );
  const namedTraining = once((name: string) => findNamedTraining(sagemaker, name, platform, jobRoleArns));
  const estate: Estate = {
    platform,
    arnPrefix: mlflowAppArn.split(':').slice(0, 5).join(':'),
    listJobs: (kind, window, page) => listJobs(sagemaker, kind, madeIn(window), page),
    // what is put to use counts whenever it was made; of the other two there may be many.
    listDeployments: (kind, window, page) =>
      listDeployments(sagemaker, kind, kind === 'endpoint' ? madeBefore(window) : madeIn(window), page),
    endedJob: ({ kind, arn, name, createdAt }) =>
      unlessGone<EndedJob>(() =>
        kind === 'training-job'
          ? describeEndedTrainingJob(sagemaker, { kind, arn, name, madeAt: createdAt })
          : describeEndedProcessingJob(sagemaker, { kind, arn, name, madeAt: createdAt }),
      ),
    trainingJobNamed,
    isThere: async (name) => (await namedTraining(name)) !== undefined,
    isOurs: (job) => belongsToPlatform(sagemaker, job, platform, jobRoleArns),
    describeDeployment: (named) => unlessGone(() => describeDeployment(sagemaker, named)),
    scope: {
      trainings,
      trainingJob: namedTraining,
      isKnown: (about) => hasChain(about, estate),
      isTagged: async (arn) => (await readJobTag(sagemaker, arn, contract.jobTags.platform)) === platform,
      now: () => new Date(),
    },
    trainings,
    pages: mlflow,
    runs: mlflow,
    models: mlflow,
    reader,
    trusted,
    remote,
  };
  return estate;
}

function madeIn({ since, until }: Window) {
  return { from: new Date(since), until: new Date(until) };
}

function madeBefore({ until }: Window) {
  // before there was any endpoint.
  return { from: new Date('2017-01-01T00:00:00.000Z'), until: new Date(until) };
}

// what was listed may be deleted, or made anew, before it is described.
async function unlessGone<T>(describe: () => Promise<T>): Promise<T | undefined> {
  try {
    return await describe();
  } catch (error) {
    if (error instanceof CannotSucceed) {
      return undefined;
    }
    throw error;
  }
}

function once<T>(ask: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const asked = new Map<string, Promise<T>>();
  return (name) => {
    const answer = asked.get(name) ?? ask(name);
    asked.set(name, answer);
    return answer;
  };
}
