import type { CurrentObject, DescribedDeployment } from '../chain/deployment';
import type { Dataset, Derivation } from '../chain/derivation';
import type { TrainingSources } from '../chain/find-training';
import type { DescribedComponent } from '../chain/inference-component';
import type { DatasetNode } from '../chain/lineage-graph-plan';
import type { FoundData } from '../chain/look-up-data';
import type { DescribedJob, TaggedRun } from '../chain/tag-runs';
import type { RemoteLocation } from '../dvc/remote-layout';
import type { RemoteReader } from '../dvc/remote-reader';
import type { EvidenceReader } from '../evidence/evidence-store';
import type { TrustedKeys } from '../evidence/public-keys';
import type { ListedObjects } from './listed-objects';
import type { DeploymentSubject } from './subject';

/**
 * A model of SageMaker, and the packages that it was made from.
 */
export type DescribedModels = Pick<DescribedDeployment, 'models' | 'packages' | 'missing'>;

/**
 * A version in MLflow's model registry.
 */
export interface RegisteredVersion {
  readonly name: string;
  readonly version: string;
  /** the run that it was registered from, where one is named. */
  readonly runId: string | undefined;
  readonly registeredAt: Date;
}

export interface SageMakerSources {
  /** `failed`: it came to nothing, so that nothing is put to use. */
  deployment(subject: DeploymentSubject): Promise<DescribedDeployment | 'not-found' | 'failed'>;
  /** What is attached to a variant of an endpoint, in no order. */
  inferenceComponents(endpoint: string, variant: string): AsyncIterable<DescribedComponent>;
  /** The model of this name. */
  model(name: string): Promise<DescribedModels>;
  /** The training job of this name, once it has ended. */
  trainingJob(name: string): Promise<DescribedJob | undefined>;
  /** The names of the training jobs to which SageMaker's lineage graph leads from a dataset, in no order. */
  trainingJobsGiven(dataset: Pick<DatasetNode, 'sourceUri' | 'md5'>): AsyncIterable<string>;
  /** The names of the endpoints that are in service, in no order. */
  endpointsInService(): AsyncIterable<string>;
}

export interface MlflowSources {
  run(runId: string): Promise<TaggedRun | undefined>;
  modelVersion(name: string, version: string): Promise<RegisteredVersion | undefined>;
  /** The version that an alias of a registered model stands for now. */
  aliasedVersion(name: string, alias: string): Promise<RegisteredVersion | undefined>;
  /** The versions that are tagged with a model package of SageMaker. */
  versionsOfPackage(packageArn: string): AsyncIterable<RegisteredVersion>;
  /** The runs that are tagged as of a data commit. */
  runsOfCommit(dataCommit: string): AsyncIterable<TaggedRun>;
  /** The runs that are tagged as of a dataset of this address. */
  runsOfDataset(md5: string): AsyncIterable<TaggedRun>;
}

export interface DataSources {
  /** The addresses of the data repositories that the platform allows. */
  readonly repositories: readonly string[];
  /** Derives the data of a job anew. */
  derive(job: DescribedJob): Promise<Derivation>;
  /** What a data revision of a repository leads to. */
  lookUp(repository: string, revision: string): Promise<FoundData>;
  /** The data revisions of a repository that lead to a data commit. */
  revisionsOf(repository: string, commit: string): Promise<readonly string[]>;
  readonly remote: RemoteReader;
  readonly location: RemoteLocation;
  /** The objects of a dataset. A listing that was read already is not read again. */
  objectsOf(dataset: Pick<Dataset, 'path' | 'md5'>): Promise<ListedObjects>;
}

/**
 * Where chains are looked up. Nothing is written.
 */
export interface TraceSources {
  readonly platform: string;
  readonly sagemaker: SageMakerSources;
  readonly mlflow: MlflowSources;
  readonly data: DataSources;
  readonly training: TrainingSources;
  /** The bytes that are under an address now; `undefined` where they cannot be read. */
  readObject(uri: string): Promise<CurrentObject | undefined>;
  /** Absent where the caller trusts no key: a statement whose signature nobody checks is no evidence. */
  readonly evidence: { readonly reader: EvidenceReader; readonly trusted: TrustedKeys } | undefined;
}
