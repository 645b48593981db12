import { join } from 'node:path';
import { environmentDirectory } from '../project-paths';
import { runProgram } from './run-program';

// 569 real diagnoses of breast tumours, which come inside scikit-learn (Wolberg et al., UCI, CC BY 4.0).
const PRINT_DATA = `
from sklearn.datasets import load_breast_cancer
print(load_breast_cancer(as_frame=True).frame.to_csv(index=False), end="")
`;

let printed: Promise<string> | undefined;

/**
 * The files of a dataset of real measurements: everything, or only the first records.
 */
export async function sampleDataset(
  environment: NodeJS.ProcessEnv,
  records = Number.POSITIVE_INFINITY,
): Promise<Record<string, string>> {
  const python = join(environmentDirectory('jobs'), 'bin', 'python');
  // scikit-learn takes seconds to load.
  printed ??= runProgram(python, ['-c', PRINT_DATA], { environment });
  const [header = '', ...rows] = (await printed).trim().split('\n');
  const used = rows.slice(0, records);
  const half = Math.ceil(used.length / 2);
  const file = (part: string[]) => `${[header, ...part].join('\n')}\n`;
  return { 'first.csv': file(used.slice(0, half)), 'second.csv': file(used.slice(half)) };
}
