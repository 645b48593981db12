import type { JobEnvironment } from '../chain/configuration';
import { contract } from '../contract';

const { dataRepositoryUrl, dataRevision } = contract.jobEnvironment;

/**
 * What the environment of a described job says of its data.
 *
 * @throws Error where a variable is no text: a list of one text would pass for it in every pattern, and stay a list
 */
export function readJobEnvironment(environment: Readonly<Record<string, unknown>> | null | undefined): JobEnvironment {
  return {
    configuredRepository: textOf(environment ?? {}, dataRepositoryUrl),
    configuredRevision: textOf(environment ?? {}, dataRevision),
  };
}

function textOf(environment: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = Object.hasOwn(environment, name) ? environment[name] : undefined;
  if (value !== undefined && value !== null && typeof value !== 'string') {
    throw new Error(`SageMaker describes a job whose variable ${name} is no text`);
  }
  return value ?? undefined;
}
