const UNSAFE = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu;

/**
 * Makes text that came from outside safe to print: no escape sequences, no characters that turn the reading direction.
 */
export function terminalText(text: string): string {
  return text.replace(UNSAFE, '\uFFFD');
}

/**
 * JSON that is as safe to print, and loses nothing: such characters are escaped as JSON escapes them.
 */
export function terminalJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2);
  return `${text.replace(UNSAFE, (character) => (character === '\n' ? character : escaped(character)))}\n`;
}

function escaped(character: string): string {
  return [...Array(character.length).keys()]
    .map((index) => `\\u${character.charCodeAt(index).toString(16).padStart(4, '0')}`)
    .join('');
}
