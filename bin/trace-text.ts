import type { Chain, Link, LinkOutcome } from '../core/trace/link';
import { SourceFailure } from '../core/trace/source-failure';
import type { Trace } from '../core/trace/trace';
import type { TracedDataset } from '../core/trace/traced-data';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';
import { wrapped } from './wrapped';

const MARKS: Record<LinkOutcome, string> = {
  agrees: 'ok',
  differs: 'DIFFERS',
  'not-compared': '?',
  ambiguous: 'SEVERAL',
  missing: 'MISSING',
};
const LABEL_WIDTH = 16;
const MARK_WIDTH = 8;
const COLUMNS = 100;
const INDENTATION = '  ';

/**
 * A trace for people: each link with how it was checked, the first objects, and where to look next.
 */
export function traceText(trace: Trace): string {
  const lines = [
    ...chainLines(trace.chain, ''),
    ...trace.datasets.flatMap(objectLines),
    entry('status', `${trace.status}, assurance ${trace.assurance ?? 'none'}`),
  ];
  const next = nextSteps(trace);
  return [...lines, ...(next.length > 0 ? ['', 'look next'] : []), ...next.map((step) => `  ${step}`), ''].join('\n');
}

/**
 * How the command ends. What agrees and is in no evidence is not provable.
 */
export function traceExitCode({ status }: Trace): number {
  switch (status) {
    case 'verified':
      return EXIT.verified;
    case 'conflict':
      return EXIT.conflict;
    case 'recorded':
    case 'unresolved':
      return EXIT.notProvable;
  }
}

function chainLines({ links, branches }: Chain, indentation: string): string[] {
  return [
    ...links.flatMap((link) => linkLines(link, indentation)),
    ...branches.flatMap((branch) => chainLines(branch, `${indentation}${INDENTATION}`)),
  ];
}

function linkLines({ kind, value, outcome, check }: Link, indentation: string): string[] {
  const margin = `${indentation}${''.padEnd(LABEL_WIDTH)} `;
  const [first = '', ...more] = wrapped(terminalText(check), COLUMNS - margin.length - MARK_WIDTH);
  return [
    `${indentation}${entry(kind, value)}`,
    `${margin}${MARKS[outcome].padEnd(MARK_WIDTH)}${first}`,
    ...more.map((line) => `${margin}${''.padEnd(MARK_WIDTH)}${line}`),
  ];
}

function objectLines({ path, sizeBytes, objects }: TracedDataset): string[] {
  if (objects instanceof SourceFailure || objects.kind !== 'listed') {
    return [];
  }
  const size = sizeBytes === undefined ? '' : `, ${sizeBytes.toLocaleString('en')} bytes as its .dvc file says`;
  const more = objects.count - objects.first.length;
  const margin = ''.padEnd(LABEL_WIDTH);
  return [
    entry('objects', `${objects.count.toLocaleString('en')} of ${path}${size}`),
    ...objects.first.map(({ key, relpath }) => `${margin} ${terminalText(key)}  ${terminalText(relpath)}`),
    ...(more > 0 ? [`${margin} and ${more.toLocaleString('en')} more`] : []),
  ];
}

function nextSteps({ trainings, datasets, platform }: Trace): string[] {
  const jobs = trainings
    .slice(0, 3)
    .flatMap(({ name, evidence }) => [
      `aws sagemaker describe-training-job --training-job-name ${name}`,
      ...(evidence.kind === 'not-checked'
        ? [`ml-lineage evidence verify ${name} --trust <fingerprint> --stack <stack of ${platform}>`]
        : []),
    ]);
  const clones = datasets.flatMap(({ dataRepository, dataCommit }) =>
    dataRepository === undefined || dataCommit === undefined
      ? []
      : [`git clone ${dataRepository} data && cd data && git checkout ${dataCommit}`],
  );
  const [clone] = clones;
  return [
    ...jobs,
    ...(clone === undefined
      ? []
      : [clone, 'dvc pull    # the bytes, from the DVC remote, checked by DVC against their names']),
  ].map(terminalText);
}

function entry(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${terminalText(value)}`;
}
