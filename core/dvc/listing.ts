export interface ListedFile {
  readonly md5: string;
  readonly relpath: string;
}

// the longest path of Linux has 4,096 bytes, and an escaped one six times as many characters.
const ENTRY = /\{"md5": "([0-9a-f]{32})", "relpath": ("(?:[ !#-[\]-~]|\\["\\bfnrtu]){1,24576}")\}/y;
const SEPARATOR = ', ';

/**
 * Reads a listing entry by entry, or finds that it is none.
 *
 * Only the one form that DVC itself writes is taken: JSON of Python, sorted by path, each path once. So no two readers
 * can see different files in it, and none of it is held but the entry at hand.
 *
 * @param each is called with each file, in order of the path
 * @returns the number of files, or `undefined` if this is no listing
 * @see https://github.com/treeverse/dvc-data/blob/main/src/dvc_data/hashfile/tree.py
 */
export function readListing(bytes: Uint8Array, each: (file: ListedFile) => void): number | undefined {
  // a byte that is no ASCII becomes a character that no entry may hold.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  if (text === '[]') {
    return 0;
  }
  const entry = new RegExp(ENTRY);
  let [position, count] = [1, 0];
  let last: string | undefined;
  while (text.startsWith(count === 0 ? '[' : SEPARATOR, count === 0 ? 0 : position)) {
    entry.lastIndex = count === 0 ? 1 : position + SEPARATOR.length;
    const [, md5, literal] = entry.exec(text) ?? [];
    const relpath = literal === undefined ? undefined : parsePath(literal);
    if (md5 === undefined || relpath === undefined || (last !== undefined && compareCodePoints(last, relpath) >= 0)) {
      return undefined;
    }
    each({ md5, relpath });
    last = relpath;
    position = entry.lastIndex;
    count += 1;
  }
  return position === text.length - 1 && text.endsWith(']') ? count : undefined;
}

function parsePath(literal: string): string | undefined {
  const path = parseLiteral(literal);
  return path !== undefined && asPythonJson(path) === literal && isRelative(path) ? path : undefined;
}

function parseLiteral(literal: string): string | undefined {
  try {
    return JSON.parse(literal) as string;
  } catch {
    // an escape that is cut short.
    return undefined;
  }
}

function isRelative(path: string): boolean {
  return !path.includes('\0') && path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * A text in JSON as Python writes it: everything but printable ASCII is escaped.
 */
function asPythonJson(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

// Python sorts by code points; JavaScript compares UTF-16 units, which differs above U+FFFF.
function compareCodePoints(one: string, other: string): number {
  const length = Math.min(one.length, other.length);
  for (let index = 0; index < length; index += 1) {
    if (one.charCodeAt(index) !== other.charCodeAt(index)) {
      const start = index > 0 && isHighSurrogate(one.charCodeAt(index - 1)) ? index - 1 : index;
      return (one.codePointAt(start) ?? 0) - (other.codePointAt(start) ?? 0);
    }
  }
  return one.length - other.length;
}

function isHighSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}
