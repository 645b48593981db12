import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as events from 'aws-cdk-lib/aws-events';
import { CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { LineagePipelineTarget, type LineagePipelineTargetProps } from '../../lib';
import { defineStack, statementsOf } from './definition';

const ARN = {
  'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sagemaker:us-east-1:111122223333:pipeline/diagnosis']],
};

function defineRule(stack: Stack): events.Rule {
  return new events.Rule(stack, 'Rule', { eventPattern: { source: ['our.clinic'], detailType: ['Records complete'] } });
}

function define(...all: (LineagePipelineTargetProps | undefined)[]): Template {
  const stack = defineStack();
  const rule = defineRule(stack);
  const pipeline = CfnPipeline.fromPipelineName(stack, 'Pipeline', 'diagnosis');
  for (const props of all) {
    rule.addTarget(new LineagePipelineTarget(pipeline, props));
  }
  return Template.fromStack(stack);
}

test('an event starts the pipeline with what stands in the event and what stands fast', () => {
  define({
    parameters: { InputUri: events.EventField.fromPath('$.detail.uri'), DataVersion: 'clinic' },
  }).hasResourceProperties('AWS::Events::Rule', {
    Targets: [
      {
        Arn: ARN,
        SageMakerPipelineParameters: {
          PipelineParameterList: [
            { Name: 'InputUri', Value: '$.detail.uri' },
            { Name: 'DataVersion', Value: 'clinic' },
          ],
        },
      },
    ],
  });
});

test('each target of a rule has its own parameters, and one has none', () => {
  const template = define({}, { parameters: { DataVersion: 'a' } }, { parameters: { DataVersion: 'b' } });
  const [rule] = Object.values(template.findResources('AWS::Events::Rule'));
  const list = (Value: string) => ({ PipelineParameterList: [{ Name: 'DataVersion', Value }] });
  expect(rule?.Properties.Targets).toEqual([
    { Arn: ARN, Id: 'Target0', RoleArn: expect.anything() },
    { Arn: ARN, Id: 'Target1', RoleArn: expect.anything(), SageMakerPipelineParameters: list('a') },
    { Arn: ARN, Id: 'Target2', RoleArn: expect.anything(), SageMakerPipelineParameters: list('b') },
  ]);
});

test('the role of the events starts this pipeline and does nothing else, for rules of this account', () => {
  const template = define(undefined, {});
  expect(statementsOf(template, 'RulePipelineRole')).toEqual([
    { Effect: 'Allow', Action: 'sagemaker:StartPipelineExecution', Resource: ARN },
  ]);
  template.resourceCountIs('AWS::IAM::Role', 1);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sts:AssumeRole',
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': '111122223333' } },
        },
      ],
    },
  });
});

test('events that could not start it are left in a queue, which takes them of this rule only', () => {
  const stack = defineStack();
  const rule = defineRule(stack);
  const deadLetterQueue = new sqs.Queue(stack, 'Lost');
  const pipeline = CfnPipeline.fromPipelineName(stack, 'Pipeline', 'diagnosis');
  rule.addTarget(new LineagePipelineTarget(pipeline, { deadLetterQueue }));
  const template = Template.fromStack(stack);
  const arnOf = (type: string) => ({ 'Fn::GetAtt': [Object.keys(template.findResources(type))[0], 'Arn'] });
  template.hasResourceProperties('AWS::Events::Rule', {
    Targets: [{ DeadLetterConfig: { Arn: arnOf('AWS::SQS::Queue') } }],
  });
  template.hasResourceProperties('AWS::SQS::QueuePolicy', {
    PolicyDocument: {
      Statement: [
        {
          Effect: 'Allow',
          Action: 'sqs:SendMessage',
          Principal: { Service: 'events.amazonaws.com' },
          Resource: arnOf('AWS::SQS::Queue'),
          Condition: { ArnEquals: { 'aws:SourceArn': arnOf('AWS::Events::Rule') } },
        },
      ],
    },
  });
});

test.each<[what: string, parameters: Record<string, string>, message: RegExp]>([
  [
    'a text around a value of the event',
    { InputUri: `s3://raw/${events.EventField.fromPath('$.detail.folder')}` },
    /parameters must be texts, or values of the event alone, got both in one for InputUri; let the sender/,
  ],
  [
    'more parameters than a pipeline can have',
    Object.fromEntries(Array.from({ length: 201 }, (_, index) => [`P${index}`, 'x'])),
    /parameters must be at most 200, as many as a pipeline can have, got 201/,
  ],
])('fails on %s', (_what, parameters, message) => {
  expect(() => define({ parameters })).toThrow(message);
});
