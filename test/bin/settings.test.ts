import { App } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { LineageStack } from '../../bin/lineage-stack';
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

test('a next signing key, and those before it, are taken from the context', () => {
  const context = { platformName: 'radiology', dataRepositoryUrl: 'https://git.example.com/a/b.git' };
  expect(settings(context)).not.toHaveProperty('signingKeyGeneration');
  const [one, two] = ['ab'.repeat(32), 'cd'.repeat(32)];
  const next = { signingKeyGeneration: '3', previousKeyFingerprints: `${one},${two}` };
  expect(settings({ ...context, ...next })).toMatchObject({
    signingKeyGeneration: 3,
    previousKeyFingerprints: [one, two],
  });
  const stackWith = (more: Record<string, string>) =>
    new LineageStack(new App(), 'Stack', { settings: settings({ ...context, ...more }) });
  expect(() => stackWith(next)).not.toThrow();
  expect(() => stackWith({ signingKeyGeneration: 'two' })).toThrow('a whole number from 1 to 999, got NaN');
  expect(() => stackWith({ previousKeyFingerprints: `${one}, ${two}` })).toThrow('must hold SHA-256 digests');
});

test('alarms and a dashboard are there where a topic for the alarms is named', () => {
  const context = { platformName: 'radiology', dataRepositoryUrl: 'https://git.example.com/a/b.git' };
  const alarmTopicArn = 'arn:aws:sns:us-east-1:111122223333:lineage-alarms';
  const templateWith = (more: Record<string, string>) =>
    Template.fromStack(new LineageStack(new App(), 'Stack', { settings: settings({ ...context, ...more }) }));
  templateWith({}).resourceCountIs('AWS::CloudWatch::Alarm', 0);
  const watched = templateWith({ alarmTopicArn });
  watched.allResourcesProperties('AWS::CloudWatch::Alarm', { AlarmActions: [alarmTopicArn] });
  watched.resourceCountIs('AWS::CloudWatch::Dashboard', 1);
});
