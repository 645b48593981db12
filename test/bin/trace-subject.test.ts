import { parseSubject } from '../../bin/trace-subject';

test('a version in the model registry is written as MLflow writes it', () => {
  expect(parseSubject('models:/breast cancer/12')).toEqual({
    kind: 'model-version',
    name: 'breast cancer',
    version: '12',
  });
});

test('anything that looks like a run id is one', () => {
  expect(parseSubject('0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b')).toEqual({
    kind: 'run',
    runId: '0f3c5a1e7b8d4c2f9a6b3d1e8c7f5a2b',
  });
});

test.each([
  'models:/name/latest',
  'models:/name/0',
  'models:/name',
  'models:/a/b/1',
  'models:/na\u001bme/1',
  "x' or '1",
  '',
])('%j is none', (text) => {
  expect(parseSubject(text)).toBeUndefined();
});
