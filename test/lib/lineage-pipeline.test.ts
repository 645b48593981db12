import { join } from 'node:path';
import { Duration } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import {
  DataRepository,
  JobScript,
  LineagePipeline,
  type LineagePipelineProps,
  LineagePlatform,
  type TrainProps,
} from '../../lib';
import { actionsOf, defineRepository, defineStack, statementsOf } from './definition';

const SCRIPTS = join(__dirname, '..', 'e2e', 'scripts');
const IMAGE = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-training:2.6.0-cpu-py312';

interface Change {
  readonly pipeline?: Partial<LineagePipelineProps>;
  readonly train?: Partial<TrainProps>;
}

function define({ pipeline, train }: Change = {}) {
  const stack = defineStack();
  const dataRepository = defineRepository(stack);
  const platform = new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } });
  new LineagePipeline(stack, 'Pipeline', {
    platform,
    dataRepository,
    preprocess: {
      script: JobScript.fromAsset(SCRIPTS, { entry: 'log_run.py' }),
      image: IMAGE,
      inputBucket: s3.Bucket.fromBucketName(stack, 'Raw', 'raw-data'),
      inputPrefix: 'radiology',
    },
    train: { script: JobScript.fromAsset(SCRIPTS), image: IMAGE, ...train },
    ...pipeline,
  });
  const template = Template.fromStack(stack);
  const [resource] = Object.values(template.findResources('AWS::SageMaker::Pipeline'));
  return { template, definition: parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody) };
}

// what CloudFormation would join, with a stand-in for what only it knows.
function parse(body: { 'Fn::Join': [string, unknown[]] }) {
  const text = body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'known-at-deployment')).join('');
  return JSON.parse(text);
}

const stepOf = (definition: { Steps: { Name: string }[] }, name: string) =>
  definition.Steps.find((step) => step.Name === name) as never as Record<string, never>;

test('runs are logged to our app and to no app that the service makes by itself', () => {
  expect(define().definition.MlflowConfig).toEqual({
    MlflowResourceArn: 'known-at-deployment',
    MlflowExperimentName: expect.stringMatching(/Pipeline/),
  });
});

test('both steps are told the same data revision, which names the execution', () => {
  const { definition } = define();
  const revision = {
    'Std:Join': { On: '-', Values: [{ Get: 'Parameters.DataVersion' }, { Get: 'Execution.PipelineExecutionId' }] },
  };
  for (const name of ['Preprocess', 'Train']) {
    expect(stepOf(definition, name)).toMatchObject({
      Arguments: {
        Environment: {
          PIPELINE_RUN_ID: revision,
          PIPELINE_EXECUTION_ARN: { Get: 'Execution.PipelineExecutionArn' },
          DVC_REPO_URL: 'https://git.example.com/team/data.git',
          MLFLOW_TRACKING_URI: 'known-at-deployment',
        },
      },
    });
  }
});

test('training mounts what this execution has published', () => {
  expect(stepOf(define().definition, 'Train')).toMatchObject({
    Arguments: {
      InputDataConfig: expect.arrayContaining([
        expect.objectContaining({
          ChannelName: 'lineage',
          DataSource: {
            S3DataSource: expect.objectContaining({
              S3Uri: { Get: "Steps.Preprocess.ProcessingOutputConfig.Outputs['lineage'].S3Output.S3Uri" },
            }),
          },
        }),
      ]),
    },
  });
});

test('no step is cached, and service faults are tried again', () => {
  for (const step of define().definition.Steps) {
    expect(step).not.toHaveProperty('CacheConfig');
    expect(step.RetryPolicies[0].ExceptionType).toEqual(['Step.SERVICE_FAULT', 'Step.THROTTLING']);
  }
});

test('no token and no secret text is part of the definition', () => {
  const text = JSON.stringify(define().definition);
  expect(text).toContain('DVC_REPO_TOKEN_SECRET_ARN');
  expect(text).not.toMatch(/resolve:secretsmanager/);
});

test('a script from a repository has its revision as a parameter without default, and needs no asset of its own', () => {
  const { template, definition } = (() => {
    const stack = defineStack();
    const dataRepository = defineRepository(stack);
    const code = new DataRepository(stack, 'Code', { url: 'https://git.example.com/team/code.git' });
    const script = JobScript.fromRepository(code);
    new LineagePipeline(stack, 'Pipeline', {
      platform: new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } }),
      dataRepository,
      preprocess: {
        script,
        image: IMAGE,
        inputBucket: s3.Bucket.fromBucketName(stack, 'Raw', 'raw'),
        inputPrefix: 'x',
      },
      train: { script, image: IMAGE },
    });
    const synthesized = Template.fromStack(stack);
    const [resource] = Object.values(synthesized.findResources('AWS::SageMaker::Pipeline'));
    return { template: synthesized, definition: parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody) };
  })();
  template.resourceCountIs('AWS::SageMaker::Pipeline', 1);
  expect(definition.Parameters).toContainEqual({ Name: 'CodeRevision', Type: 'String' });
  expect(stepOf(definition, 'Train')).toMatchObject({
    Arguments: {
      Environment: {
        LINEAGE_SCRIPT: 'train.py',
        LINEAGE_CODE_REPO_URL: 'https://git.example.com/team/code.git',
        LINEAGE_CODE_REVISION: { Get: 'Parameters.CodeRevision' },
      },
    },
  });
  expect(JSON.stringify(stepOf(definition, 'Train'))).not.toContain('"code"');
});

test('the pipeline starts only jobs of pipelines, and passes only the two roles of jobs', () => {
  const statements = statementsOf(define().template, 'PipelineRole');
  expect(actionsOf(statements)).toEqual([
    'iam:PassRole',
    'sagemaker:AddTags',
    'sagemaker:CreateProcessingJob',
    'sagemaker:CreateTrainingJob',
    'sagemaker:DescribeProcessingJob',
    'sagemaker:DescribeTrainingJob',
    'sagemaker:StopProcessingJob',
    'sagemaker:StopTrainingJob',
  ]);
  for (const { Action, Resource, Condition } of statements) {
    if ([Action].flat().includes('iam:PassRole')) {
      expect(JSON.stringify(Resource)).toMatch(/PlatformProcessingRole.*PlatformTrainingRole/);
      expect(Condition).toEqual({ StringEquals: { 'iam:PassedToService': 'sagemaker.amazonaws.com' } });
    } else {
      expect(JSON.stringify(Resource)).toMatch(/-job\/pipelines-\*/);
    }
  }
});

test('processing may push datasets, and training may not', () => {
  const { template } = define();
  const writesDataset = (role: string) =>
    statementsOf(template, role)
      .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
      .some(({ Resource }) => JSON.stringify(Resource).includes('PlatformDvcRemote'));
  expect(writesDataset('PlatformProcessingRole')).toBe(true);
  expect(writesDataset('PlatformTrainingRole')).toBe(false);
});

test.each<[what: string, change: Change, message: RegExp]>([
  ['a name that is none', { pipeline: { pipelineName: 'a_b' } }, /pipelineName must be .*got "a_b"/],
  ['a dataset outside of the repository', { pipeline: { datasetPath: '../x' } }, /datasetPath must be .*got "\.\.\/x"/],
  [
    'a variable that is too long for training',
    { train: { environment: { NOTE: 'x'.repeat(513) } } },
    /the variable NOTE of the step Train has 513 characters, allowed are 512/,
  ],
  [
    'a variable that carries the lineage',
    { train: { environment: { PIPELINE_RUN_ID: 'mine' } } },
    /environment must not set what carries the lineage, got PIPELINE_RUN_ID; leave it out/,
  ],
  [
    'too many variables',
    { train: { environment: Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`V${index}`, 'x'])) } },
    /the step Train has 1\d\d environment variables, allowed are 100/,
  ],
  [
    'a script that is none',
    { train: { script: JobScript.fromAsset(SCRIPTS, { entry: '../train.py' }) } },
    /entry must be the name of a Python file in the folder, such as train\.py, got "\.\.\/train\.py"/,
  ],
])('fails on %s', (_what, change, message) => {
  expect(() => define(change)).toThrow(message);
});

test('a job that takes too long is stopped', () => {
  const { definition } = define({ train: { maxRuntime: Duration.minutes(5) } });
  expect(stepOf(definition, 'Train')).toMatchObject({ Arguments: { StoppingCondition: { MaxRuntimeInSeconds: 300 } } });
});
