import type { Dataset } from '../chain/derivation';
import type { Disagreement } from './disagreement';
import type { DvcOutput } from './output';

/**
 * Finds two outputs of which the project says things that cannot both be so.
 */
export function disagreementOf(outputs: readonly DvcOutput[]): Disagreement | undefined {
  const sorted = [...outputs].sort((a, b) => (`${a.path}/` < `${b.path}/` ? -1 : 1));
  for (const [index, next] of sorted.entries()) {
    const one = sorted[index - 1];
    if (one?.path === next.path && !sameAddress(one, next)) {
      return disagree(`${one.file} and ${next.file} say different things of ${next.path}`);
    }
    if (one && next.path.startsWith(`${one.path}/`)) {
      return disagree(`${next.path} of ${next.file} lies inside of ${one.path} of ${one.file}`);
    }
  }
  return undefined;
}

function sameAddress(one: DvcOutput, other: DvcOutput): boolean {
  const same = <Key extends 'sizeBytes' | 'files'>(key: Key) =>
    one[key] === undefined || other[key] === undefined || one[key] === other[key];
  return one.md5 === other.md5 && one.legacyHash === other.legacyHash && same('sizeBytes') && same('files');
}

/**
 * The datasets that outputs stand for: each once, whatever number of files name it.
 */
export function datasetsOf(outputs: readonly DvcOutput[]): Dataset[] {
  const datasets = new Map<string, Dataset>();
  for (const output of outputs) {
    const dataset = toDataset(output);
    const key = JSON.stringify([dataset.path, dataset.md5]);
    // what only one of two files knows of the same bytes, such as the number of files, is not lost.
    datasets.set(key, { ...dataset, ...datasets.get(key) });
  }
  return [...datasets.values()];
}

function toDataset({ path, md5, sizeBytes, files, legacyHash, source }: DvcOutput): Dataset {
  return {
    path,
    md5,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(files === undefined ? {} : { files }),
    ...(legacyHash ? { legacyHash: true } : {}),
    ...(source?.repository === undefined
      ? {}
      : {
          importedFrom: {
            repository: source.repository,
            ...(source.commit === undefined ? {} : { commit: source.commit }),
          },
        }),
  };
}

function disagree(explanation: string): Disagreement {
  return { reason: 'metafiles-disagree', explanation: explanation.slice(0, 2000) };
}
