import { readJobEnvironment } from '../../../core/sagemaker/job-environment';

test('what is not there is told as nothing, and what every object inherits is not there', () => {
  const nothing = { configuredRepository: undefined, configuredRevision: undefined };
  for (const environment of [
    undefined,
    null,
    {},
    { PIPELINE_RUN_ID: null },
    Object.create({ PIPELINE_RUN_ID: 'v1' }),
  ]) {
    expect(readJobEnvironment(environment)).toEqual(nothing);
  }
});

test.each([[['v1']], [{ toString: () => 'v1' }], [1], [true]])(
  'a variable that only looks like a text is refused: case %#',
  (value) => {
    expect(() => readJobEnvironment({ PIPELINE_RUN_ID: value })).toThrow(/PIPELINE_RUN_ID is no text$/);
    expect(() => readJobEnvironment({ DVC_REPO_URL: value })).toThrow(/DVC_REPO_URL is no text$/);
  },
);
