import { markdownTable } from './markdown-table';
import type { MeasuredQuestion, MeasuredWay } from './measured-ways';
import { spreadOf } from './statistics';

export const HEADING = '## Answers beside Git and DVC';

export interface QuestionResults {
  readonly questions: readonly MeasuredQuestion[];
  readonly files: number;
  readonly rounds: number;
  readonly machine: string;
  readonly day: Date;
}

/**
 * The section about answers: as multiples of our first way, and as measured.
 */
export function reportQuestions({ questions, files, rounds, machine, day }: QuestionResults): string {
  return [
    HEADING,
    `Written by \`npm run bench:questions -- --files ${files} --rounds ${rounds} --write\` on ${day
      .toISOString()
      .slice(0, 10)}:\n${machine}.`,
    `One dataset of ${files.toLocaleString('en')} files of 100 bytes, each an object of its own in one remote. The times are medians of ${rounds}
rounds, with the lowest and the highest in brackets; what was gone once has one time.`,
    ...questions.flatMap(({ title, ways }) => [
      `### ${title}`,
      markdownTable(
        ['', 'time', 'as a multiple of the first', 'requests to S3'],
        ways.map((way) => row(way, ways[0])),
      ),
    ]),
    '',
  ].join('\n\n');
}

function row({ name, milliseconds, requests }: MeasuredWay, first: MeasuredWay | undefined): string[] {
  const { median, lowest, highest } = spreadOf(milliseconds);
  const several = milliseconds.length > 1 ? ` (${seconds(lowest)} – ${seconds(highest)})` : '';
  const multiple = median / spreadOf(first?.milliseconds ?? []).median;
  return [
    name,
    `${seconds(median)}${several}`,
    multiple < 10 ? multiple.toFixed(1) : multiple.toFixed(0),
    spreadOf(requests).median.toLocaleString('en'),
  ];
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
