import { readdirSync, readFileSync } from 'node:fs';

const PAGE_BYTES = 4096;

/** What a process and all below it hold in memory; pages that two of them share count twice, so it is an upper bound. */
export function residentBytesBelow(root) {
  const processes = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap(readProcess);
  const inTree = new Set([root]);
  for (let grown = true; grown; ) {
    const children = processes.filter(({ pid, parent }) => inTree.has(parent) && !inTree.has(pid));
    for (const { pid } of children) inTree.add(pid);
    grown = children.length > 0;
  }
  return processes.filter(({ pid }) => inTree.has(pid)).reduce((sum, { bytes }) => sum + bytes, 0);
}

function readProcess(name) {
  try {
    const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
    // the second field is the program's name in parentheses, which may hold anything.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return [{ pid: Number(name), parent: Number(fields[1]), bytes: Number(fields[21]) * PAGE_BYTES }];
  } catch {
    // it has ended since the folder was read.
    return [];
  }
}
