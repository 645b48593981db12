import { objectKey } from '../dvc/remote-layout';

/**
 * What a trace is asked for.
 */
export type TraceSubject =
  | DeploymentSubject
  | { readonly kind: 'model'; readonly name: string }
  | { readonly kind: 'training-job'; readonly name: string }
  | { readonly kind: 'model-version'; readonly name: string; readonly version: string }
  | { readonly kind: 'model-alias'; readonly name: string; readonly alias: string }
  | { readonly kind: 'run'; readonly runId: string }
  | DataSubject;

/**
 * What puts models to use, or offers them. Names are as a person wrote them: SageMaker's ARNs are in lower case.
 */
export type DeploymentSubject =
  | { readonly kind: 'endpoint'; readonly name: string }
  | { readonly kind: 'transform-job'; readonly name: string }
  | { readonly kind: 'model-package'; readonly group: string; readonly version: string };

/**
 * Data, whatever was made of it.
 */
export type DataSubject =
  | { readonly kind: 'data-commit'; readonly commit: string }
  | { readonly kind: 'data-revision'; readonly revision: string }
  /** an object of the DVC remote: a file, or the listing of a directory, which ends with `.dir`. */
  | { readonly kind: 'object'; readonly bucket: string; readonly prefix: string; readonly md5: string };

export function isData(subject: TraceSubject): subject is DataSubject {
  return subject.kind === 'data-commit' || subject.kind === 'data-revision' || subject.kind === 'object';
}

/**
 * A subject as it is written: what is read from it is the same subject.
 */
export function writtenSubject(subject: TraceSubject): string {
  switch (subject.kind) {
    case 'endpoint':
    case 'transform-job':
    case 'model':
    case 'training-job':
      return `${subject.kind}/${subject.name}`;
    case 'model-package':
      return `model-package/${subject.group}/${subject.version}`;
    case 'model-version':
      return `models:/${subject.name}/${subject.version}`;
    case 'model-alias':
      return `models:/${subject.name}@${subject.alias}`;
    case 'run':
      return subject.runId;
    case 'data-commit':
      return subject.commit;
    case 'data-revision':
      return `revision/${subject.revision}`;
    case 'object':
      return `s3://${subject.bucket}/${objectKey(subject.prefix, subject.md5)}`;
  }
}
