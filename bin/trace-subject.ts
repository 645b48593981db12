import type { ChainSubject } from '../core/chain/follow-chain';
import { pattern } from '../core/contract';

/**
 * What is to be traced, as a person writes it.
 */
export function parseSubject(text: string): ChainSubject | undefined {
  const [, name, version] = /^models:\/([^/]+)\/([^/]+)$/.exec(text) ?? [];
  if (name !== undefined && version !== undefined) {
    return pattern('registeredModelName').test(name) && pattern('registeredModelVersion').test(version)
      ? { kind: 'model-version', name, version }
      : undefined;
  }
  return pattern('mlflowRunId').test(text) ? { kind: 'run', runId: text } : undefined;
}
