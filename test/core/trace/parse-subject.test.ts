import * as fc from 'fast-check';
import { homeOf, parseSubject } from '../../../core/trace/parse-subject';
import { type TraceSubject, writtenSubject } from '../../../core/trace/subject';

const MD5 = '0cc175b9c0f1b6a831c399e269772661';
const ARN = 'arn:aws:sagemaker:eu-central-1:111122223333';

test.each<[text: string, subject: TraceSubject]>([
  ['endpoint/Serving-1', { kind: 'endpoint', name: 'Serving-1' }],
  ['transform-job/Batch', { kind: 'transform-job', name: 'Batch' }],
  ['model/m', { kind: 'model', name: 'm' }],
  ['model-package/Diagnosis/3', { kind: 'model-package', group: 'Diagnosis', version: '3' }],
  ['training-job/Train', { kind: 'training-job', name: 'Train' }],
  [`${ARN}:endpoint/serving`, { kind: 'endpoint', name: 'serving' }],
  [`${ARN}:model-package/diagnosis/3`, { kind: 'model-package', group: 'diagnosis', version: '3' }],
  ['models:/breast cancer/2', { kind: 'model-version', name: 'breast cancer', version: '2' }],
  ["models:/o'brien \u{1f600}/2", { kind: 'model-version', name: "o'brien \u{1f600}", version: '2' }],
  ['models:/a@b@champion', { kind: 'model-alias', name: 'a@b', alias: 'champion' }],
  ['0123456789abcdef0123456789abcdef', { kind: 'run', runId: '0123456789abcdef0123456789abcdef' }],
  ['a'.repeat(40), { kind: 'data-commit', commit: 'a'.repeat(40) }],
  ['revision/v1/of-today', { kind: 'data-revision', revision: 'v1/of-today' }],
  [
    `s3://bucket/dvc/files/md5/0c/${MD5.slice(2)}.dir`,
    { kind: 'object', bucket: 'bucket', prefix: 'dvc', md5: `${MD5}.dir` },
  ],
])('%s is understood', (text, subject) => {
  expect(parseSubject(text)).toEqual(subject);
});

test.each([
  '',
  'endpoint/',
  'endpoint/a/b',
  'endpoint/a b',
  'model-package/group',
  'model-package/group/0',
  'model-package/group/1/2',
  'pipeline/a',
  'models:/name',
  'models:/name/0',
  'models:/a/b/1',
  'models:/@champion',
  'models:/name@',
  'models:/a\u001b[2J/1',
  'revision/',
  'revision/../x',
  'arn:aws:iam::111122223333:role/x',
  `${ARN}:pipeline/a`,
  `${ARN}:endpoint/a/b`,
  's3://bucket/dvc/files/md5/0c',
  `s3://bucket/files/md5/0c/${MD5.slice(2)}`,
  `s3://bucket/dvc/files/md5/0c/${MD5.slice(3)}`,
  `s3://bucket/../files/md5/0c/${MD5.slice(2)}x`,
  '-rf',
  "x' OR 1=1",
])('%j is refused', (text) => {
  expect(parseSubject(text)).toBeUndefined();
});

test('only ARNs name an account and region', () => {
  expect(homeOf(`${ARN}:endpoint/serving`)).toBe(ARN);
  expect(homeOf('endpoint/serving')).toBeUndefined();
});

test('whatever is understood is written as it is read', () => {
  const name = fc.stringMatching(/^[a-zA-Z0-9](-?[a-zA-Z0-9]){0,20}$/);
  const free = fc.stringMatching(/^[ -.0-9;-~\u00e9\u{1f600}]{1,30}$/u);
  const version = fc.integer({ min: 1, max: 10 ** 8 }).map(String);
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
  const subjects: fc.Arbitrary<TraceSubject> = fc.oneof(
    fc.record({ kind: fc.constantFrom('endpoint', 'transform-job', 'model', 'training-job'), name }),
    fc.record({ kind: fc.constant('model-package' as const), group: name, version }),
    fc.record({ kind: fc.constant('model-version' as const), name: free, version }),
    fc.record({
      kind: fc.constant('model-alias' as const),
      name: free,
      alias: fc.stringMatching(/^[A-Za-z0-9_-]{1,20}$/),
    }),
    fc.record({ kind: fc.constant('run' as const), runId: hex(32) }),
    fc.record({ kind: fc.constant('data-commit' as const), commit: hex(40) }),
    fc.record({
      kind: fc.constant('object' as const),
      bucket: fc.constant('bucket'),
      prefix: fc.constantFrom('dvc', 'a/b', 'files/md5'),
      md5: fc.tuple(hex(32), fc.constantFrom('', '.dir')).map((parts) => parts.join('')),
    }),
  );
  fc.assert(fc.property(subjects, (subject) => expect(parseSubject(writtenSubject(subject))).toEqual(subject)));
});

test('no text makes the parser fail, and what it takes has no character that could steer a terminal or a filter', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const subject = parseSubject(text);
      expect(JSON.stringify(subject) ?? '').not.toMatch(/[\p{Cc}]/u);
    }),
  );
});
