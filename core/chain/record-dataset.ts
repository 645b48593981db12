import type { JobEnvironment } from './configuration';
import type { StoredDataset } from './dataset-citation';
import { type DatasetDraft, type DatasetFindings, datasetDraft } from './dataset-draft';
import type { Derivation, Resolved } from './derivation';
import type { FirstSeenRevision } from './disagreements';
import { assertSameJob } from './same-job';

/**
 * Where statements about datasets are kept, and what they say beside what was derived.
 */
export interface DatasetRecorder {
  /** What the data revision stood for when it was first seen: from now on, if that is now. */
  firstSeen(derivation: Resolved): Promise<FirstSeenRevision>;
  /** Signs a statement and keeps it, unless the last one about the job says the same. */
  record(draft: DatasetDraft): Promise<StoredDataset>;
  readonly remoteUrl: string;
  readonly recordedBy: string;
  now(): Date;
}

/**
 * Keeps a signed statement about the data that a processing job published. Doing it twice changes nothing.
 *
 * @throws CannotSucceed where the derivation is not about the job as it is now
 */
export async function recordDataset(
  derivation: Derivation,
  job: DatasetFindings['job'] & JobEnvironment,
  recorder: DatasetRecorder,
): Promise<StoredDataset> {
  assertSameJob(derivation, job);
  const { remoteUrl, recordedBy } = recorder;
  const at = recorder.now();
  const firstSeen = derivation.status === 'unresolved' ? undefined : await recorder.firstSeen(derivation);
  return recorder.record(datasetDraft({ derivation, job, firstSeen, remoteUrl, at, recordedBy }));
}
