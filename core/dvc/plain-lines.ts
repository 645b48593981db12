import { MetafileError } from './metafile-error';

// the parsers that DVC uses end a line at these, and ours do not: what is part of a value to one would be a key to the
// other. The byte order mark and other control characters are refused with them.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for.
const AMBIGUOUS = /[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufeff]|\r(?!\n)/;

/**
 * Makes sure that a text has the same lines for every reader.
 *
 * @param file what messages call it
 */
export function requirePlainLines(file: string, text: string): void {
  const ambiguous = AMBIGUOUS.exec(text)?.[0];
  if (ambiguous !== undefined) {
    const code = ambiguous.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    throw new MetafileError('malformed', `${file} holds the character U+${code}, which may end a line or not`);
  }
}
