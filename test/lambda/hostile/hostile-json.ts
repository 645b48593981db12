import * as fc from 'fast-check';

const LONG = 256 * 1024;

/** Values that no honest sender puts where a name, an ARN or an object belongs. */
const hostileValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(null, true, -1, 1e308, '', [], {}, [[]], 'null'),
  fc.constantFrom(
    `"'\\`,
    "' OR tags.a = '",
    '\u0000\u001b[2J\u202e',
    '../../etc/passwd',
    '/etc/passwd',
    '..',
    '$(reboot)',
    '__proto__',
    'arn:aws:sagemaker:eu-west-1:999999999999:training-job/train-1',
    'arn:aws:iam::999999999999:role/training',
    's3://somebody-else/models/../Train-1/output/model.tar.gz',
    'https://token@git.example.com/team/data.git',
    'f'.repeat(40),
  ),
  fc.constant('x'.repeat(LONG)),
  fc.constant('\\"'.repeat(LONG / 2)),
  fc.constant(Array.from({ length: 100_000 }, () => 0)),
  fc.string({ unit: 'binary' }),
  fc.json().map((text) => JSON.parse(text)),
);

type Path = readonly string[];

/** The ways to all values of a document, from the outermost to the leaves. */
function pathsIn(document: unknown, path: Path = []): Path[] {
  const inner =
    typeof document === 'object' && document !== null
      ? Object.entries(document).flatMap(([key, value]) => pathsIn(value, [...path, key]))
      : [];
  return [path, ...inner];
}

function replaced(document: unknown, [key, ...rest]: Path, change: (value: unknown) => unknown): unknown {
  if (key === undefined) {
    return change(document);
  }
  const object = document as Record<string, unknown>;
  return Array.isArray(document)
    ? document.map((value, index) => (String(index) === key ? replaced(value, rest, change) : value))
    : { ...object, [key]: replaced(object[key], rest, change) };
}

/** Texts that JSON.stringify makes of no object. */
const afterwards: fc.Arbitrary<(text: string) => string> = fc.constantFrom<(text: string) => string>(
  (text) => text,
  (text) => text.slice(0, -1),
  (text) => `${text}${text}`,
  (text) => text.replace('{', '{"__proto__": {"source": "aws.sagemaker", "version": 1}, '),
  (text) => text.replace('{', '{"constructor": {"prototype": {"source": 1}}, '),
  (text) => `[${text}]`,
  (text) => JSON.stringify(text),
  (text) => `${'['.repeat(50_000)}${text}${']'.repeat(50_000)}`,
);

/**
 * Messages that begin as one which would be understood: one value of it is another, missing or under another name, and the
 * text of it may be spoilt as well.
 */
export function hostileVariants(honest: object): fc.Arbitrary<string> {
  const path = fc.constantFrom(...pathsIn(honest));
  const change = fc.oneof(
    hostileValue.map((value) => () => value),
    fc.constant((): unknown => undefined),
    fc.constant((value: unknown): unknown => [value]),
    fc.constant((value: unknown): unknown => ({ __proto__: null, value })),
  );
  return fc
    .tuple(path, change, afterwards)
    .map(([at, changed, spoil]) => spoil(JSON.stringify(replaced(honest, at, changed)) ?? ''));
}
