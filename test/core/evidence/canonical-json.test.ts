import * as fc from 'fast-check';
import { canonicalJson } from '../../../core/evidence/canonical-json';

test('the example of RFC 8785 is written as the RFC writes it', () => {
  const value = JSON.parse(
    '{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],"string":"\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/","literals":[null,true,false]}',
  );
  expect(canonicalJson(value)).toBe(
    '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
  );
});

test('members are sorted by UTF-16 code units, numbers among their names included', () => {
  // the RFC's own example of sorting.
  const names = ['\u20ac', '\r', '\ufb33', '1', '\u{1f600}', '\u0080', '\u00f6'];
  const sorted = ['\r', '1', '\u0080', '\u00f6', '\u20ac', '\u{1f600}', '\ufb33'];
  const text = canonicalJson(Object.fromEntries(names.map((name) => [name, 0])));
  expect([...text.matchAll(/"((?:[^"\\]|\\.)*)":/g)].map(([, name]) => JSON.parse(`"${name}"`))).toEqual(sorted);
  expect(canonicalJson({ b: 0, '10': 0, '9': 0 })).toBe('{"10":0,"9":0,"b":0}');
});

test('whatever the order of members, the bytes are the same and parse to the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(reversed(value))).toBe(text);
    }),
  );
});

test('a member that is undefined is left out', () => {
  expect(canonicalJson({ a: undefined, b: 1 })).toBe('{"b":1}');
});

test.each([
  ['half a surrogate pair', '\ud800'],
  ['a name with half a surrogate pair', { '\udc00': 1 }],
  ['infinity', Number.POSITIVE_INFINITY],
  ['no number', Number.NaN],
  ['a date', new Date(0)],
  ['a map', new Map()],
  ['a large integer', 1n],
  ['undefined in an array', [undefined]],
])('fails on %s', (_what, value) => {
  expect(() => canonicalJson(value)).toThrow();
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(reversed);
  }
  if (typeof value !== 'object' || value === null) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .reverse()
      .map(([name, member]) => [name, reversed(member)]),
  );
}
