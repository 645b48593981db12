import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { EvidenceStore, type IEvidenceStore } from '../../lib';
import { DeploymentRecorder } from '../../lib/deployment-recorder';
import { CONSTRUCTS, ENVIRONMENT, templateOf } from './definition';

const isLogKey = (id: string) => id.startsWith('LineageLogKey');

function logGroupsAndKeys(template: Template) {
  return {
    keys: Object.keys(template.findResources('AWS::KMS::Key')).filter(isLogKey),
    groups: Object.values(template.findResources('AWS::Logs::LogGroup')).map(({ Properties }) => Properties.KmsKeyId),
  };
}

test('the logs of all functions of a stack are encrypted with one key', () => {
  const { keys, groups } = logGroupsAndKeys(templateOf(CONSTRUCTS.LineagePlatform as never));
  expect(keys).toHaveLength(1);
  expect(groups.length).toBeGreaterThan(2);
  expect(groups).toEqual(groups.map(() => ({ 'Fn::GetAtt': [keys[0], 'Arn'] })));
});

test('CloudWatch Logs may use the key for log groups of the same account and region, and for nothing else', () => {
  const template = templateOf(CONSTRUCTS.DeploymentRecorder as never);
  const keys = Object.entries(template.findResources('AWS::KMS::Key')).filter(([id]) => isLogKey(id));
  const [{ EnableKeyRotation, KeyPolicy } = {} as never] = keys.map(([, { Properties }]) => Properties);
  const [, statement] = KeyPolicy.Statement;
  expect(EnableKeyRotation).toBe(true);
  expect(statement).toEqual({
    Effect: 'Allow',
    Principal: { Service: 'logs.us-east-1.amazonaws.com' },
    Action: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:GenerateDataKeyWithoutPlaintext',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    Resource: '*',
    Condition: {
      ArnLike: {
        'kms:EncryptionContext:aws:logs:arn': {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':logs:us-east-1:111122223333:log-group:*']],
        },
      },
    },
  });
});

test('functions of two stacks have a key in each', () => {
  const app = new App();
  const stacks = ['One', 'Two'].map((id) => new Stack(app, id, { env: ENVIRONMENT }));
  for (const stack of stacks) {
    const evidenceStore: IEvidenceStore = new EvidenceStore(stack, 'EvidenceStore', { platformName: 'demo' });
    new DeploymentRecorder(stack, 'DeploymentRecorder', { platformName: 'demo', evidenceStore });
  }
  expect(stacks.map((stack) => logGroupsAndKeys(Template.fromStack(stack)).keys.length)).toEqual([1, 1]);
});
