import { App } from 'aws-cdk-lib';
import { readSettings } from '../../bin/settings';

const settings = (context: Record<string, string>) => readSettings(new App({ context }).node);

test('all that is missing is said at once', () => {
  expect(() => settings({})).toThrow(/--context platformName=<.*>\n {2}--context dataRepositoryUrl=<.*>/);
});

test('an empty text in cdk.json counts as missing', () => {
  expect(() => settings({ platformName: '', dataRepositoryUrl: 'https://git.example.com/a/b.git' })).toThrow(
    /platformName/,
  );
});

test('the stack is named after the platform unless it is given a name', () => {
  const context = { platformName: 'radiology', dataRepositoryUrl: 'https://git.example.com/a/b.git' };
  expect(settings(context).stackName).toBe('ml-lineage-radiology');
  expect(settings({ ...context, stackName: 'Mine' }).stackName).toBe('Mine');
});
