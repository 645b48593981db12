import { type Chain, type Link, type LinkOutcome, statusOf } from '../core/chain/follow-chain';
import { contract } from '../core/contract';
import type { DatasetObjects } from './dataset-objects';
import { EXIT } from './exit-codes';
import { terminalText } from './terminal-text';

const MARKS: Record<LinkOutcome, string> = {
  agrees: 'ok',
  differs: 'DIFFERS',
  'not-compared': '?',
  missing: 'MISSING',
};
const { runTags } = contract;
const LABEL_WIDTH = 16;
const MARK_WIDTH = 8;

/**
 * A chain for people: each link with how it was checked, the first objects, and where to look next.
 */
export function traceText(chain: Chain, objects: readonly DatasetObjects[]): string {
  const lines = [...chain.links.flatMap(linkLines), ...objects.flatMap(objectLines), ...statusLines(chain)];
  const next = nextSteps(chain);
  return [...lines, ...(next.length > 0 ? ['', 'look next'] : []), ...next.map((step) => `  ${step}`), ''].join('\n');
}

/**
 * How the command ends: without evidence, whatever agrees is still not provable.
 */
export function traceExitCode(chain: Chain): number {
  return statusOf(chain) === 'conflict' ? EXIT.conflict : EXIT.notProvable;
}

function linkLines({ kind, value, outcome, check }: Link): string[] {
  return [entry(kind, value), note(outcome, check)];
}

function objectLines({ path, listed, bytes, first, bucket }: DatasetObjects): string[] {
  const size = bytes === undefined ? '' : `, ${bytes.toLocaleString('en')} bytes as its .dvc file says`;
  const more = listed - first.length;
  return [
    entry('objects', `${listed.toLocaleString('en')} of ${path}${size}, in s3://${bucket}`),
    ...first.map(({ key, relpath }) => `${''.padEnd(LABEL_WIDTH)} ${terminalText(key)}  ${terminalText(relpath)}`),
    ...(more > 0 ? [`${''.padEnd(LABEL_WIDTH)} and ${more.toLocaleString('en')} more`] : []),
  ];
}

function statusLines(chain: Chain): string[] {
  const { run, derivation } = chain;
  const assurance = derivation?.assurance ?? run?.tags[runTags.assurance] ?? 'none';
  const open =
    derivation && 'notCompared' in derivation && derivation.notCompared.length > 0
      ? [`${''.padEnd(LABEL_WIDTH)} not compared: ${derivation.notCompared.join(', ')}`]
      : [];
  const { [runTags.status]: tagged, [runTags.evidence]: evidence } = run?.tags ?? {};
  const kept = evidence === undefined ? [] : [entry('as tagged', `${tagged}, by the signed statement ${evidence}`)];
  return [entry('status', `${statusOf(chain)}, assurance ${assurance}; no evidence was checked`), ...open, ...kept];
}

function nextSteps({ derivation }: Chain): string[] {
  if (!derivation) {
    return [];
  }
  const { dataRepository } = derivation.configured;
  const job = `aws sagemaker describe-training-job --training-job-name ${derivation.job.name}`;
  if (derivation.status === 'unresolved' || dataRepository === undefined) {
    return [job];
  }
  return [
    job,
    `git clone ${dataRepository} data && cd data && git checkout ${derivation.dataCommit}`,
    'dvc pull    # the bytes, from the DVC remote, checked by DVC against their names',
  ];
}

function entry(label: string, value: string): string {
  return `${label.padEnd(LABEL_WIDTH)} ${terminalText(value)}`;
}

function note(outcome: LinkOutcome, text: string): string {
  return `${''.padEnd(LABEL_WIDTH)} ${MARKS[outcome].padEnd(MARK_WIDTH)}${terminalText(text)}`;
}
