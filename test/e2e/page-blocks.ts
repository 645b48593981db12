/**
 * A block of shell commands on a page of the documentation.
 */
export interface PageBlock {
  /** the heading that it stands under. */
  readonly heading: string;
  readonly script: string;
  /** why no test runs it, where the page says so right before it. */
  readonly notHere?: string;
}

const HEADING = /^#+ (?<heading>.+)$/;
const NOT_HERE = /^<!-- not here: (?<reason>.+) -->$/;

/**
 * The blocks of a page for the shell, from top to bottom.
 */
export function readBlocks(page: string): PageBlock[] {
  const blocks: PageBlock[] = [];
  const lines = page.split('\n');
  let heading = '';
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    heading = HEADING.exec(line)?.groups?.heading ?? heading;
    if (!line.startsWith('```')) {
      continue;
    }
    const end = lines.indexOf('```', at + 1);
    if (end < 0) {
      throw new Error(`the block below "${heading}" does not end`);
    }
    if (line === '```sh') {
      const reason = NOT_HERE.exec(lines[at - 1] ?? '')?.groups?.reason;
      blocks.push({ heading, script: lines.slice(at + 1, end).join('\n'), ...(reason && { notHere: reason }) });
    }
    at = end;
  }
  return blocks;
}
