import { contract, pattern } from '../contract';
import { isWellFormed } from '../evidence/canonical-json';

const { subjectIdCharacters } = contract.limits;

/**
 * A subject's id is not of its form. What it is, is never said: messages end up in logs.
 */
export class InvalidSubjectId extends Error {
  override readonly name = 'InvalidSubjectId';
}

/**
 * An id as references are made of it: in Unicode's normal form C, without what surrounds it in tables and exports.
 *
 * Everything else counts, upper and lower case too: which ids mean the same, only their owner knows.
 */
export function normalisedSubjectId(id: string): string {
  const found = trimmed(isWellFormed(id) ? id.normalize('NFC') : id);
  const problem = problemOf(found);
  if (problem) {
    throw new InvalidSubjectId(`${problem}; the id itself is not told here`);
  }
  return found;
}

function problemOf(id: string): string | undefined {
  if (id === '') {
    return 'a subject id is empty';
  }
  // by code points, as Python counts them.
  const { length } = [...id];
  if (length > subjectIdCharacters) {
    return `a subject id must have at most ${subjectIdCharacters} characters, it has ${length}`;
  }
  if (!isWellFormed(id) || !pattern('printableText').test(id)) {
    return 'a subject id must hold no control characters and none that cannot be seen';
  }
  return undefined;
}

// not trim(), which takes other characters for space than Python's strip().
function trimmed(text: string): string {
  const isSpace = (character = '') => contract.records.trimmedCharacters.includes(character);
  let [start, end] = [0, text.length];
  while (start < end && isSpace(text[start])) {
    start += 1;
  }
  while (end > start && isSpace(text[end - 1])) {
    end -= 1;
  }
  return text.slice(start, end);
}
