import { pattern } from '../contract';
import type { TraceSubject } from './subject';

const SAGEMAKER_ARN = /^(arn:[^:]+:sagemaker:[^:]+:[^:]+):(.+)$/;

/**
 * How subjects are written, for people.
 */
export const SUBJECT_FORMS = [
  'endpoint/<name>',
  'transform-job/<name>',
  'model/<name>',
  'model-package/<group>/<version>',
  'training-job/<name>',
  'the ARN of one of these',
  'models:/<name>/<version>',
  'models:/<name>@<alias>',
  'the id of an MLflow run',
  'a data commit',
  'revision/<data revision>',
  's3://<object of the DVC remote>',
] as const;

/**
 * What is to be traced, as a person writes it; `undefined` where it is nothing that can be.
 */
export function parseSubject(text: string): TraceSubject | undefined {
  const [, , resource] = SAGEMAKER_ARN.exec(text) ?? [];
  if (resource !== undefined) {
    return pattern('sagemakerArn').test(text) ? parseResource(resource) : undefined;
  }
  if (text.startsWith('models:/')) {
    return parseRegistered(text.slice('models:/'.length));
  }
  if (text.startsWith('s3://')) {
    return parseObject(text);
  }
  if (text.startsWith('revision/')) {
    const revision = text.slice('revision/'.length);
    return pattern('dataRevision').test(revision) ? { kind: 'data-revision', revision } : undefined;
  }
  if (text.includes('/')) {
    return parseResource(text);
  }
  // before runs, whose ids are 32 hexadecimal digits, and may be anything of the kind.
  if (pattern('gitCommit').test(text)) {
    return { kind: 'data-commit', commit: text };
  }
  return pattern('mlflowRunId').test(text) ? { kind: 'run', runId: text } : undefined;
}

/**
 * The account and region that an ARN names, as ARNs begin; `undefined` for a subject that is written without.
 */
export function homeOf(text: string): string | undefined {
  return SAGEMAKER_ARN.exec(text)?.[1];
}

function parseResource(text: string): TraceSubject | undefined {
  const [kind, name = '', version, ...more] = text.split('/');
  if (!pattern('jobName').test(name) || more.length > 0) {
    return undefined;
  }
  if (kind === 'model-package') {
    const isVersion = version !== undefined && /^[1-9][0-9]{0,8}$/.test(version);
    return isVersion ? { kind, group: name, version } : undefined;
  }
  if (version !== undefined) {
    return undefined;
  }
  switch (kind) {
    case 'endpoint':
    case 'transform-job':
    case 'model':
    case 'training-job':
      return { kind, name };
    default:
      return undefined;
  }
}

function parseRegistered(text: string): TraceSubject | undefined {
  const isName = (name: string) => pattern('registeredModelName').test(name);
  const [, name, version] = /^([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (name !== undefined && version !== undefined) {
    return isName(name) && pattern('registeredModelVersion').test(version)
      ? { kind: 'model-version', name, version }
      : undefined;
  }
  // names may hold an @, and aliases may not.
  const at = text.lastIndexOf('@');
  const [model, alias] = [text.slice(0, Math.max(at, 0)), text.slice(at + 1)];
  return isName(model) && pattern('registeredModelAlias').test(alias)
    ? { kind: 'model-alias', name: model, alias }
    : undefined;
}

function parseObject(text: string): TraceSubject | undefined {
  const [, remote = '', first = '', rest = ''] = /^(.+)\/files\/md5\/([0-9a-f]{2})\/([0-9a-f.dir]+)$/.exec(text) ?? [];
  const [, bucket, prefix] = /^s3:\/\/([^/]+)\/(.+)$/.exec(remote) ?? [];
  const md5 = `${first}${rest}`;
  return bucket !== undefined &&
    prefix !== undefined &&
    pattern('dvcRemoteUrl').test(remote) &&
    pattern('dvcHash').test(md5)
    ? { kind: 'object', bucket, prefix, md5 }
    : undefined;
}
