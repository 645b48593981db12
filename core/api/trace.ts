import { LineageError } from '../lineage-error';
import { homeOfPlatform, traceSources } from '../platform/trace-sources';
import { homeOf, parseSubject, SUBJECT_FORMS } from '../trace/parse-subject';
import { trace as follow } from '../trace/trace';
import { type TraceReport, traceReport } from '../trace/trace-report';
import { assertFingerprints, assertMatches, shown } from './arguments';
import { openPlatform, type Platform } from './platform';

export interface TraceOptions {
  /**
   * The SHA-256 of the public keys that are trusted, each from somebody who is.
   *
   * @default - none: no evidence is read, and nothing is `verified`
   */
  readonly trust?: readonly string[];
  /**
   * Whether it is also told what else was given the same data. Of data, that is always told.
   *
   * @default false
   */
  readonly forward?: boolean;
  /**
   * How many objects of each dataset are told.
   *
   * @default 5
   */
  readonly objects?: number;
}

/**
 * Follows a model to the objects of its data, and data to its models, and checks each link, as `ml-lineage trace` does.
 *
 * A source that does not answer, and whatever is not there, is told in the report and is no error. Texts in the report
 * are as they were found: clean them before they reach a terminal or a page.
 *
 * @param subject what is asked about: `endpoint/<name>`, `transform-job/<name>`, `model/<name>`,
 * `model-package/<group>/<version>`, `training-job/<name>`, the ARN of one of these, `models:/<name>/<version>`,
 * `models:/<name>@<alias>`, the id of an MLflow run, a data commit, `revision/<data revision>`, or
 * `s3://<object of the DVC remote>`
 * @returns what `ml-lineage trace --json` writes; only the status `verified` is a pass
 * @throws LineageError `invalid-argument` or `subject-elsewhere`
 */
export async function trace(platform: Platform, subject: string, options: TraceOptions = {}): Promise<TraceReport> {
  const { addresses, access } = openPlatform(platform);
  const { trust = [], forward = false, objects = 5 } = options;
  const parsed = typeof subject === 'string' ? parseSubject(subject) : undefined;
  if (!parsed) {
    throw new LineageError(
      'invalid-argument',
      `subject must be one of ${SUBJECT_FORMS.join(', ')}; got ${shown(subject)}`,
    );
  }
  assertFingerprints('trust', trust);
  assertMatches('objects', 'count', String(objects));
  const [home, here] = [homeOf(subject), homeOfPlatform(addresses)];
  if (home !== undefined && home !== here) {
    throw new LineageError(
      'subject-elsewhere',
      `subject is of ${shown(home)}, and the platform of ${here}; read the platform where the subject is`,
    );
  }
  return traceReport(await follow(parsed, await traceSources(addresses, trust, objects, access), forward));
}
