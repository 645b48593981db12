import { markdownTable } from './markdown-table';
import type { Measurement } from './measure';
import type { MeasuredFunction } from './run-tagger';
import { type Spread, spreadOf } from './statistics';

type Quantity = readonly [title: string, of: (measurement: Measurement) => number, show: (value: number) => string];

const milliseconds = (value: number) => `${Math.round(value).toLocaleString('en')} ms`;
const megabytes = (bytes: number) => `${(bytes / 1e6).toFixed(bytes < 1e7 ? 1 : 0)} MB`;

const QUANTITIES: readonly Quantity[] = [
  ['cold start: from the process to the first message done', ({ coldMs }) => coldMs, milliseconds],
  ['of it until the module is loaded', ({ loadedMs }) => loadedMs, milliseconds],
  ['computing time of the cold start', ({ coldCpuMs }) => coldCpuMs, milliseconds],
  ['warm: each further message', ({ warmMs }) => warmMs, milliseconds],
  ['computing time of each further message', ({ warmCpuMs }) => warmCpuMs, milliseconds],
  ['most memory', ({ peakBytes }) => peakBytes, megabytes],
];

/**
 * The functions side by side: as multiples of ours, and as measured.
 */
export function reportRunTaggers([ours, ...peers]: readonly MeasuredFunction[]): string {
  if (!ours) {
    throw new Error('no function was measured');
  }
  const ratios = [
    ...QUANTITIES.map(([title, of]) => [
      title,
      '1',
      ...peers.map((peer) => ratio(spreadOf(roundByRound(ours, peer, of)))),
    ]),
    ...sizes(ours).map(([title, bytes], row) => [
      title,
      '1',
      ...peers.map((peer) => multiple((sizes(peer)[row]?.[1] ?? 0) / bytes)),
    ]),
  ];
  const values = [
    ...QUANTITIES.map(([title, of, show]) => [
      title,
      ...[ours, ...peers].map(({ measurements }) => shown(spreadOf(measurements.map(of)), show)),
    ]),
    ...sizes(ours).map(([title], row) => [
      title,
      ...[ours, ...peers].map((measured) => megabytes(sizes(measured)[row]?.[1] ?? 0)),
    ]),
  ];
  const names = [ours, ...peers].map(({ name }) => name);
  return [
    'As multiples of ours, each round compared with itself: the median, and in brackets the lowest and the highest.',
    markdownTable(['', ...names], ratios),
    'As measured: the median, and in brackets the lowest and the highest.',
    markdownTable(['', ...names], values),
  ].join('\n\n');
}

// a machine that is busy for a while is so for all of a round.
function roundByRound(ours: MeasuredFunction, peer: MeasuredFunction, of: (measurement: Measurement) => number) {
  return peer.measurements.map((measurement, round) => {
    const base = ours.measurements[round];
    if (!base) {
      throw new Error(`${peer.name} was measured in more rounds than ${ours.name}`);
    }
    return of(measurement) / of(base);
  });
}

function sizes({ size, uploadedSize }: MeasuredFunction): (readonly [string, number])[] {
  return [
    ['unzipped, with all packages', size.unzippedBytes],
    ['zipped, with all packages', size.zippedBytes],
    ['unzipped, without boto3', uploadedSize.unzippedBytes],
    ['zipped, without boto3', uploadedSize.zippedBytes],
  ];
}

function shown({ median, lowest, highest }: Spread, show: (value: number) => string): string {
  return `${show(median)} (${show(lowest)} – ${show(highest)})`;
}

function ratio(spread: Spread): string {
  return shown(spread, multiple);
}

function multiple(value: number): string {
  return value < 10 ? value.toFixed(1) : value.toFixed(0);
}
