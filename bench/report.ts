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

Written by \`npm run bench -- --write\` on ${day.toISOString().slice(0, 10)}:
${machine}.

Where other work goes on on the machine, ratios and computing times say more than times.
[bench/README.md](../bench/README.md) says what is measured, what is not, and in what the functions differ.

## The run-tagger beside the same work in Python

Rounds: ${rounds.rounds}. In each, every function is started once and gets ${1 + rounds.warmMessages} messages.

${reportRunTaggers(functions)}

Lambda takes archives of at most 250 MB unzipped.

## The largest listing in the lineage-deriver

${listingText(listing)}
`;
}

function listingText({ listingBytes, files, memoryMegabytes, peakBytes, milliseconds }: ListingMemory): string {
  const mebibytes = (bytes: number) => Math.round(bytes / 2 ** 20);
  const share = Math.round((100 * peakBytes) / (memoryMegabytes * 2 ** 20));
  return `The largest listing that is read has ${mebibytes(listingBytes)} MiB and names ${files.toLocaleString('en')} files here.
The lineage-deriver took at most ${mebibytes(peakBytes)} MiB, ${share} % of the ${memoryMegabytes} MiB that it has, and
${(milliseconds / 1000).toFixed(1)} s.`;
}
