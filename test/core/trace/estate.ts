import { datasetDraft } from '../../../core/chain/dataset-draft';
import type { CurrentObject, DescribedDeployment } from '../../../core/chain/deployment';
import type { Derivation } from '../../../core/chain/derivation';
import { deriveDeployment } from '../../../core/chain/derive-deployment';
import { findTraining } from '../../../core/chain/find-training';
import type { DescribedComponent } from '../../../core/chain/inference-component';
import type { RunModelVersion } from '../../../core/chain/job-models';
import type { FoundData } from '../../../core/chain/look-up-data';
import { revisionDraft } from '../../../core/chain/revision-draft';
import { statementTags } from '../../../core/chain/run-tags';
import type { DescribedJob, TaggedRun } from '../../../core/chain/tag-runs';
import { trainingDraft } from '../../../core/chain/training-draft';
import type { ObjectHistory } from '../../../core/dvc/remote-reader';
import { appendFirst, appendStatement } from '../../../core/evidence/append-statement';
import { readLastTrainings } from '../../../core/evidence/last-trainings';
import { statedSources } from '../../../core/trace/evidence-sources';
import { rememberingRemote } from '../../../core/trace/listed-objects';
import { attributed } from '../../../core/trace/source-failure';
import type { DescribedModels, TraceSources } from '../../../core/trace/sources';
import type { DeploymentSubject } from '../../../core/trace/subject';
import { container, current, endpointWith, MODEL_URI, packageWith } from '../chain/deployment-findings';
import {
  attested,
  COMMIT,
  dvcDataset,
  HANDOVER,
  job,
  maker,
  model,
  processingJob,
  publication,
  run,
  TREE,
} from '../chain/training-findings';
import { newLedger } from '../evidence/ledger';

export const RUN = 'run1';
export const REPOSITORY = 'https://git.example.com/team/data.git';
export const LISTING = Buffer.from('[{"md5": "0cc175b9c0f1b6a831c399e269772661", "relpath": "a.csv"}]');
export const DATASET = { path: 'a', md5: '7f08d2d2b3dd1cf0b1f8dc5c4fa2c3bb.dir', treeSha256: TREE };
export const DERIVATION = { ...attested, datasets: [DATASET] } satisfies Derivation;
const PUBLICATION = { ...publication, datasets: [DATASET] } satisfies Derivation;
const RECORDED_BY = 'cdk-ml-lineage/0.1.0';
const LOCATION = { bucket: 'remote', prefix: 'dvc' };
const PRESENT: ObjectHistory = {
  versions: [{ sizeBytes: 1, eTag: undefined, kept: true }],
  deleted: false,
  more: false,
};

export interface Version {
  readonly name: string;
  readonly version: string;
  readonly runId: string | undefined;
  readonly source: string;
  readonly tags: Readonly<Record<string, string>>;
}

/**
 * A platform on which one job was trained, registered and put to use, and of which all is stated. Each part of it can be
 * changed afterwards.
 */
export async function estate() {
  const { store, ledger, trusted } = newLedger();
  const evidence = { reader: store, trusted };
  const calls: string[] = [];
  const state = {
    jobs: new Map<string, DescribedJob>([['train-1', job]]),
    derivation: DERIVATION as Derivation,
    runs: new Map<string, TaggedRun>([
      [RUN, run(RUN, { hasModel: true, datasets: [dvcDataset({ md5: DATASET.md5 })] })],
    ]),
    versions: [{ name: 'diagnosis', version: '1', runId: RUN, source: MODEL_URI, tags: {} }] as Version[],
    aliases: new Map<string, () => string>([['diagnosis@champion', () => '1']]),
    deployments: new Map<string, DescribedDeployment | 'failed'>(),
    models: new Map<string, DescribedModels>(),
    components: new Map<string, DescribedComponent[]>(),
    drawn: new Map([[DATASET.md5, ['train-1']]]),
    object: current as CurrentObject | undefined,
    found: {
      status: 'recorded',
      dataCommit: COMMIT,
      datasets: DERIVATION.datasets,
      notCompared: ['file-contents'],
    } as FoundData,
    revisions: ['v1'],
    listing: LISTING as Uint8Array | 'too-large' | undefined,
    history: PRESENT,
    repositories: [REPOSITORY],
  };
  const versionOf = ({ name, version, runId }: Version) => ({ name, version, runId, registeredAt: new Date(0) });
  const counted = <T>(call: string, answer: T): T => {
    calls.push(call);
    return answer;
  };
  const remote = {
    url: 's3://remote/dvc',
    listing: async () => counted('s3 GetObject listing', state.listing),
    history: async () => counted('s3 ListObjectVersions', state.history),
  };
  const remembering = rememberingRemote(attributed('S3', remote), LOCATION, 5);
  const getRun = async (id: string) => counted('mlflow runs/get', state.runs.get(id));
  async function* runsWith(isMeant: (run: TaggedRun) => boolean) {
    calls.push('mlflow runs/search');
    yield* [...state.runs.values()].filter(isMeant);
  }
  const runVersions = async function* (ids: readonly string[]): AsyncGenerator<RunModelVersion> {
    calls.push('mlflow model-versions/search');
    yield* state.versions.flatMap(({ runId, ...more }) =>
      runId !== undefined && ids.includes(runId) ? [{ ...more, runId }] : [],
    );
  };
  const keyOf = (subject: DeploymentSubject) =>
    subject.kind === 'model-package' ? `${subject.group}/${subject.version}` : subject.name;

  const sources: TraceSources = {
    platform: 'demo',
    sagemaker: attributed<TraceSources['sagemaker']>('SageMaker', {
      deployment: async (subject) =>
        counted('sagemaker Describe', state.deployments.get(keyOf(subject)) ?? 'not-found'),
      model: async (name) => counted('sagemaker Describe', state.models.get(name) ?? NO_MODEL),
      trainingJob: async (name) => counted('sagemaker Describe', state.jobs.get(name)),
      inferenceComponents: async function* (_endpoint, variant) {
        calls.push('sagemaker ListInferenceComponents');
        yield* state.components.get(variant) ?? [];
      },
      trainingJobsGiven: async function* ({ md5 }) {
        calls.push('sagemaker ListAssociations');
        yield* state.drawn.get(md5) ?? [];
      },
      endpointsInService: async function* () {
        calls.push('sagemaker ListEndpoints');
        const found = [...state.deployments].filter(([, one]) => one !== 'failed' && one.about.kind === 'endpoint');
        yield* found.map(([name]) => name);
      },
    }),
    mlflow: attributed<TraceSources['mlflow']>('MLflow', {
      run: getRun,
      modelVersion: async (name, version) => {
        const found = state.versions.find((one) => one.name === name && one.version === version);
        return counted('mlflow model-versions/get', found && versionOf(found));
      },
      aliasedVersion: async (name, alias) => {
        const version = state.aliases.get(`${name}@${alias}`)?.();
        const found = state.versions.find((one) => one.name === name && one.version === version);
        return counted('mlflow registered-models/alias', found && versionOf(found));
      },
      versionsOfPackage: async function* (arn) {
        calls.push('mlflow model-versions/search');
        yield* state.versions.filter(({ tags }) => tags['sagemaker.model_package_arn'] === arn).map(versionOf);
      },
      runsOfCommit: (commit) => runsWith(({ tags }) => tags.data_git_commit_id === commit),
      runsOfDataset: (md5) => runsWith(({ tags }) => (tags['lineage.dataset'] ?? '').endsWith(`@${md5}`)),
    }),
    data: {
      get repositories() {
        return state.repositories;
      },
      ...attributed('Git', {
        derive: async () => counted('git derive', state.derivation),
        lookUp: async () => counted('git look up', state.found),
        revisionsOf: async () => counted('git ls-refs', state.revisions),
      }),
      remote: remembering.remote,
      objectsOf: remembering.objectsOf,
      location: LOCATION,
    },
    training: {
      runs: attributed('MLflow', {
        getRun,
        findRunsByTag: (key: string, value: string) => runsWith(({ tags }) => tags[key] === value),
      }),
      models: attributed('MLflow', { findLoggedModels: none, findModelVersions: runVersions }),
      ...attributed('S3', { readModel: async () => model }),
      ...statedSources('demo', evidence, async () => ({ identity: maker, handoverUri: HANDOVER })),
      recordedBy: RECORDED_BY,
      now: () => store.now(),
    },
    ...attributed('S3', { readObject: async () => counted('s3 GetObject model', state.object) }),
    evidence,
  };

  const at = store.now();
  await appendFirst(revisionDraft(PUBLICATION, RECORDED_BY), ledger);
  await appendStatement(
    datasetDraft({
      derivation: PUBLICATION,
      job: processingJob,
      firstSeen: undefined,
      remoteUrl: remote.url,
      at,
      recordedBy: RECORDED_BY,
    }),
    ledger,
  );
  const { findings } = await findTraining(DERIVATION, job, sources.training);
  const stated = await appendStatement(trainingDraft(findings), ledger);
  const tags = { ...(state.runs.get(RUN) as TaggedRun).tags, ...statementTags(stated as never) };
  state.runs.set(RUN, { ...(state.runs.get(RUN) as TaggedRun), tags });

  /** puts something to use, and keeps a statement about it. */
  const deploy = async (name: string, deployment: DescribedDeployment) => {
    state.deployments.set(name, deployment);
    const trainings = new Map([['train-1', await readLastTrainings('demo', 'train-1', evidence)]]);
    const objects = new Map([[MODEL_URI, current]]);
    const findings = { platform: 'demo', deployment, objects, trainings, at, recordedBy: RECORDED_BY };
    await appendStatement(deriveDeployment(findings), ledger);
  };
  const serving = endpointWith(container);
  await deploy('Serving', serving);
  await deploy('Diagnosis/1', packageWith());
  await deploy('Transform-1', {
    ...serving,
    about: {
      kind: 'transform-job',
      arn: 'arn:aws:sagemaker:us-east-1:111122223333:transform-job/transform-1',
      name: 'Transform-1',
      createdAt: '2026-01-02T03:30:00.000Z',
    },
    endpointConfig: null,
    variants: [],
  });
  state.models.set('model-1', serving);
  calls.length = 0;
  return { sources, state, store, ledger, calls, stated, tags, at };
}

export type Estate = Awaited<ReturnType<typeof estate>>;

const NO_MODEL: DescribedModels = { models: [], packages: [], missing: [] };

async function* none(): AsyncGenerator<never> {}
