import { pattern } from '../contract';
import type { Derivation } from './derivation';

/**
 * What a job's environment says of its data, raw: whoever may start a job wrote it.
 */
export interface JobEnvironment {
  readonly configuredRepository: string | undefined;
  readonly configuredRevision: string | undefined;
}

/**
 * What of a job's environment may be repeated on runs and in messages.
 *
 * A malformed address is left out altogether: the usual mistake is a token in it.
 */
export function repeatable({ configuredRepository, configuredRevision }: JobEnvironment): Derivation['configured'] {
  return {
    ...(isWellFormed('dataRepositoryUrl', configuredRepository) ? { dataRepository: configuredRepository } : {}),
    ...(isWellFormed('dataRevision', configuredRevision) ? { dataRevision: configuredRevision } : {}),
  };
}

/**
 * What of it may be told to people: an address that the platform does not allow may hold what nobody should read for
 * years.
 */
export function toldConfiguration(derivation: Derivation): Derivation['configured'] {
  const { dataRepository, ...rest } = derivation.configured;
  const isAllowed = derivation.status !== 'unresolved' || derivation.reason !== 'repository-not-allowed';
  return dataRepository !== undefined && isAllowed ? { dataRepository, ...rest } : rest;
}

function isWellFormed(name: 'dataRepositoryUrl' | 'dataRevision', value: string | undefined): value is string {
  return value !== undefined && pattern(name).test(value);
}
