import type { DescribedDeployment } from '../chain/deployment';
import type { ScopeSources } from '../chain/deployment-scope';
import type { Models } from '../chain/job-models';
import type { Runs } from '../chain/tag-runs';
import type { RemoteReader } from '../dvc/remote-reader';
import type { EvidenceReader } from '../evidence/evidence-store';
import type { LastTraining } from '../evidence/last-trainings';
import type { TrustedKeys } from '../evidence/public-keys';
import type { MlflowPages } from '../mlflow/mlflow-pages';
import type { NamedDeployment } from '../sagemaker/deployment-event';
import type { EndedJob } from '../sagemaker/ended-job';
import type { ListedDeployment, ListedJob } from '../sagemaker/listed';
import type { EndedTrainingJob } from '../sagemaker/training-job';
import type { Page } from './phase';
import type { Window } from './walk';

type JobKind = 'training-job' | 'processing-job';

/**
 * All that a walk looks at. What was looked up once in a step is not asked for again.
 */
export interface Estate {
  readonly platform: string;
  /** the account and region of the platform, as its ARNs begin. */
  readonly arnPrefix: string;
  listJobs(kind: JobKind, window: Window, page?: string): Promise<Page<ListedJob>>;
  listDeployments(kind: NamedDeployment['kind'], window: Window, page?: string): Promise<Page<ListedDeployment>>;
  /** a job as it is described; `undefined` where it is gone, or another one has its name. */
  endedJob(job: ListedJob): Promise<EndedJob | undefined>;
  /** the training job that has a name now; `undefined` where there is none that has ended. */
  trainingJobNamed(name: string): Promise<EndedTrainingJob | undefined>;
  /** whether there is a training job of this name now, in whatever state. */
  isThere(trainingJobName: string): Promise<boolean>;
  isOurs(job: Pick<EndedJob, 'identity' | 'roleArn'>): Promise<boolean>;
  /** `undefined` where it is gone, or nothing is put to use by it. */
  describeDeployment(named: NamedDeployment): Promise<DescribedDeployment | undefined>;
  readonly scope: ScopeSources;
  trainings(jobName: string): Promise<readonly LastTraining[]>;
  readonly pages: MlflowPages;
  readonly runs: Pick<Runs, 'getRun' | 'findRunsByTag'>;
  readonly models: Pick<Models, 'findLoggedModels' | 'findModelVersions'>;
  readonly reader: EvidenceReader;
  readonly trusted: TrustedKeys;
  readonly remote: RemoteReader;
}
