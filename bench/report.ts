import type { ListingMemory } from './large-listing';
import type { MeasuredFunction, Rounds } from './run-tagger';
import { reportRunTaggers } from './run-tagger-report';

export interface Results {
  readonly functions: readonly MeasuredFunction[];
  readonly listing: ListingMemory;
  readonly rounds: Rounds;
  readonly machine: string;
  readonly day: Date;
}

/**
 * The page about a whole run of the benchmarks.
 */
export function report({ functions, listing, rounds, machine, day }: Results): string {
  return `# Benchmarks

Written by \`npm run bench -- --write\` on ${day.toISOString().slice(0, 10)}: ${machine}. Other work may have gone on
on the machine, so the ratios say more than the times. [bench/README.md](../bench/README.md) says what is measured, what
is not, and in what the functions differ.

## The run-tagger beside the same work in Python

${rounds.rounds} rounds; in each, every function is started once and gets 1 + ${rounds.warmMessages} messages about jobs
that nobody has tagged.

${reportRunTaggers(functions)}

Lambda takes archives of at most 250 MB unzipped.

## The largest listing in the lineage-deriver

${listingText(listing)}
`;
}

function listingText({ listingBytes, files, memoryMegabytes, peakBytes, milliseconds }: ListingMemory): string {
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  const share = Math.round((100 * peakBytes) / (memoryMegabytes * 2 ** 20));
  return `A listing of ${mebibytes(listingBytes)} MiB, the largest that is read, names ${files.toLocaleString('en')} files. The
lineage-deriver took at most ${mebibytes(peakBytes)} MiB, ${share} % of the ${memoryMegabytes} MiB that it has, and
${(milliseconds / 1000).toFixed(1)} s.`;
}
