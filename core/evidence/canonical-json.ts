/**
 * JSON as RFC 8785 writes it, so that equal values have equal bytes: members sorted by UTF-16 code units, no spaces,
 * numbers and texts as ECMAScript writes them. Members that are undefined are left out.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8785
 */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) {
    return `[${value.map(canonicalJson).join(',')}]`;
  }
  if (isPlainObject(value)) {
    const members = Object.keys(value)
      .filter((name) => value[name] !== undefined)
      // the default order of sort() is the one by UTF-16 code units.
      .sort()
      .map((name) => `${scalar(name)}:${canonicalJson(value[name])}`);
    return `{${members.join(',')}}`;
  }
  return scalar(value);
}

/**
 * Whether a text has no half of a surrogate pair without the other, which UTF-8 could not carry.
 */
export function isWellFormed(text: string): boolean {
  return !/\p{Surrogate}/u.test(text);
}

/**
 * The text with U+FFFD in the place of each half of a surrogate pair without the other.
 */
export function toWellFormed(text: string): string {
  return text.replace(/\p{Surrogate}/gu, '\uFFFD');
}

function scalar(value: unknown): string {
  if (typeof value === 'string' && !isWellFormed(value)) {
    throw new Error(
      `${JSON.stringify(value.slice(0, 100))} holds half a surrogate pair, which JSON cannot carry safely`,
    );
  }
  if (typeof value === 'number' && !Number.isFinite(value)) {
    throw new Error(`JSON has no number ${value}`);
  }
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return JSON.stringify(value);
  }
  throw new Error(`JSON has nothing for a ${typeof value} (${Object.prototype.toString.call(value)})`);
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  const prototype: unknown = typeof value === 'object' && value !== null ? Object.getPrototypeOf(value) : undefined;
  return prototype === Object.prototype || prototype === null;
}
