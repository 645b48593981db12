/**
 * Makes text that came from outside safe to print: no escape sequences, no characters that turn the reading direction.
 */
export function terminalText(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/gu, '\uFFFD');
}
