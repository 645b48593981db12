import { join } from 'node:path';
import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  JobImage,
  JobScript,
  LineagePipeline,
  type LineagePipelineProps,
  LineagePlatform,
  type QualityBound,
  type RegisterProps,
  type TrainProps,
} from '../../lib';
import { defineRepository, defineStack } from './definition';

export const SCRIPTS = join(__dirname, '..', 'e2e', 'scripts');
export const IMAGE = JobImage.pytorchTraining('2.6.0', { pythonVersion: 'py312' });
export const EVALUATE = { script: JobScript.fromAsset(SCRIPTS, { entry: 'train.py' }), image: IMAGE };
export const REGISTER: RegisterProps = {
  inferenceImage: JobImage.pytorchInference('2.6.0', { pythonVersion: 'py312' }),
};
export const GATE: QualityBound[] = [{ metric: 'val_accuracy', atLeast: 0.9 }];

export interface Change {
  readonly pipeline?: Partial<LineagePipelineProps>;
  readonly train?: Partial<TrainProps>;
}

export function defineParts(stack: Stack) {
  const dataRepository = defineRepository(stack);
  const platform = new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } });
  const inputBucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw-data');
  return { dataRepository, platform, inputBucket };
}

export function definePipeline(
  stack: Stack,
  { pipeline, train }: Change = {},
  { inputBucket, ...parts }: ReturnType<typeof defineParts> = defineParts(stack),
  id = 'Pipeline',
): LineagePipeline {
  return new LineagePipeline(stack, id, {
    ...parts,
    preprocess: {
      script: JobScript.fromAsset(SCRIPTS, { entry: 'log_run.py' }),
      image: IMAGE,
      inputBucket,
      inputPrefix: 'radiology',
    },
    train: { script: JobScript.fromAsset(SCRIPTS), image: IMAGE, ...train },
    ...pipeline,
  });
}

export function define(change: Change = {}) {
  const stack = defineStack();
  definePipeline(stack, change);
  return definitionOf(stack);
}

export function definitionOf(stack: Stack) {
  const template = Template.fromStack(stack);
  const [resource] = Object.values(template.findResources('AWS::SageMaker::Pipeline'));
  return { template, definition: parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody) };
}

// what CloudFormation would join, with stand-ins for what only it knows.
export function parse(body: { 'Fn::Join': [string, ({ Ref?: string } | string)[]] }) {
  const known = (part: { Ref?: string }) => (part.Ref === 'AWS::StackId' ? '7' : 'known-at-deployment');
  return JSON.parse(body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : known(part))).join(''));
}

export const stepOf = (definition: { Steps: { Name: string }[] }, name: string) =>
  definition.Steps.find((step) => step.Name === name) as never as Record<string, never>;
