import { createHmac } from 'node:crypto';
import { contract } from '../contract';
import { canonicalJson } from '../evidence/canonical-json';
import { sha256 } from '../evidence/digest';
import { normalisedSubjectId } from './subject-id';

const { keyFormat, keyUses, keyVersionCharacters } = contract.records;

/**
 * What references are made with: a secret that KMS derived, and which of its keys that was.
 */
export interface SubjectKey {
  readonly version: string;
  readonly secret: Uint8Array;
}

/**
 * Which of the keys a reference was made with: they do not rotate, so a version is a key.
 */
export function keyVersion(keyArn: string): string {
  return sha256(keyArn).slice(0, keyVersionCharacters);
}

/**
 * What KMS makes a secret of, so that one call is enough for any number of subjects. Each namespace and use has a secret
 * of its own.
 */
export function subjectKeyMessage(namespace: string, use: keyof typeof keyUses): Uint8Array {
  return Buffer.from(canonicalJson({ format: keyFormat, namespace, use: keyUses[use] }));
}

/**
 * What stands for a subject everywhere outside of the job that reads its data.
 */
export function subjectReference({ version, secret }: SubjectKey, namespace: string, id: string): string {
  const digest = createHmac('sha256', secret).update(canonicalJson({ id: normalisedSubjectId(id), namespace }));
  return `${version}.${digest.digest('hex')}`;
}
