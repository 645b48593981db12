/**
 * Puts a section, which begins with its heading, in the place of the one with the same heading, or at the end of a page.
 */
export function withSection(page: string, section: string): string {
  const [heading = ''] = section.split('\n', 1);
  const start = page.indexOf(`${heading}\n`);
  if (start < 0) {
    return `${page.trimEnd()}\n\n${section.trimEnd()}\n`;
  }
  const next = page.indexOf('\n## ', start + heading.length);
  const rest = next < 0 ? '' : `\n${page.slice(next + 1)}`;
  return `${page.slice(0, start)}${section.trimEnd()}\n${rest}`;
}

/**
 * The section of a page with a heading; nothing, where the page has none.
 */
export function sectionOf(page: string, heading: string): string | undefined {
  const start = page.indexOf(`${heading}\n`);
  const next = page.indexOf('\n## ', start + heading.length);
  return start < 0 ? undefined : page.slice(start, next < 0 ? undefined : next);
}
