import { join } from 'node:path';
import { App, Duration, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CfnModelPackageGroup, CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { SageMakerStartPipelineExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import {
  DataRepository,
  JobImage,
  JobNetwork,
  JobScript,
  LineagePipeline,
  LineagePipelineGrants,
  type LineagePipelineProps,
  LineagePlatform,
  type QualityBound,
  type RegisterProps,
  type TrainProps,
} from '../../lib';
import { actionsOf, defineRepository, defineRole, defineStack, statementsOf } from './definition';

const SCRIPTS = join(__dirname, '..', 'e2e', 'scripts');
const IMAGE = JobImage.pytorchTraining('2.6.0', { pythonVersion: 'py312' });
const EVALUATE = { script: JobScript.fromAsset(SCRIPTS, { entry: 'train.py' }), image: IMAGE };
const REGISTER: RegisterProps = { inferenceImage: JobImage.pytorchInference('2.6.0', { pythonVersion: 'py312' }) };
const GATE: QualityBound[] = [{ metric: 'val_accuracy', atLeast: 0.9 }];

interface Change {
  readonly pipeline?: Partial<LineagePipelineProps>;
  readonly train?: Partial<TrainProps>;
}

function defineParts(stack: Stack) {
  const dataRepository = defineRepository(stack);
  const platform = new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } });
  const inputBucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw-data');
  return { dataRepository, platform, inputBucket };
}

function definePipeline(
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

function define(change: Change = {}) {
  const stack = defineStack();
  definePipeline(stack, change);
  return definitionOf(stack);
}

function definitionOf(stack: Stack) {
  const template = Template.fromStack(stack);
  const [resource] = Object.values(template.findResources('AWS::SageMaker::Pipeline'));
  return { template, definition: parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody) };
}

// what CloudFormation would join, with stand-ins for what only it knows.
function parse(body: { 'Fn::Join': [string, ({ Ref?: string } | string)[]] }) {
  const known = (part: { Ref?: string }) => (part.Ref === 'AWS::StackId' ? '7' : 'known-at-deployment');
  return JSON.parse(body['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : known(part))).join(''));
}

const stepOf = (definition: { Steps: { Name: string }[] }, name: string) =>
  definition.Steps.find((step) => step.Name === name) as never as Record<string, never>;

// what needs no pipeline of its own to be looked at.
const plain = define();
const full = define({
  pipeline: { evaluate: EVALUATE, qualityGate: GATE, register: REGISTER, registeredModelName: 'diagnosis' },
  train: { spot: { maxWait: Duration.hours(3) }, instanceCount: 2 },
});

test('runs are logged to our app and to no app that the service makes by itself', () => {
  expect(plain.definition.MlflowConfig).toEqual({
    MlflowResourceArn: 'known-at-deployment',
    MlflowExperimentName: expect.stringMatching(/^stack-pipeline-[0-9a-f]{8}$/),
  });
});

test('both steps are told the same data revision, which names the execution', () => {
  const { definition } = plain;
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
  expect(stepOf(plain.definition, 'Train')).toMatchObject({
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
  for (const step of plain.definition.Steps) {
    expect(step).not.toHaveProperty('CacheConfig');
    expect(step.RetryPolicies[0].ExceptionType).toEqual(['Step.SERVICE_FAULT', 'Step.THROTTLING']);
  }
});

test('the job that publishes is told the branch and the token that pushes, the others the one that reads', () => {
  const stack = defineStack();
  const secretOf = (name: string) =>
    Secret.fromSecretCompleteArn(stack, name, `arn:aws:secretsmanager:us-east-1:111122223333:secret:${name}-AbCdEf`);
  const dataRepository = new DataRepository(stack, 'Data', {
    url: 'https://git.example.com/team/data.git',
    branch: 'datasets',
    tokenSecret: secretOf('read'),
    pushTokenSecret: secretOf('push'),
  });
  const platform = new LineagePlatform(stack, 'Platform', { name: 'demo', data: { repositories: [dataRepository] } });
  const inputBucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw-data');
  definePipeline(stack, { pipeline: { evaluate: EVALUATE } }, { dataRepository, platform, inputBucket });
  const { definition } = definitionOf(stack);
  const told = ['Preprocess', 'Train', 'Evaluate'].map((name) => {
    const { Environment } = stepOf(definition, name).Arguments as never as { Environment: Record<string, string> };
    return [name, Environment.LINEAGE_DATA_BRANCH, Environment.DVC_REPO_TOKEN_SECRET_ARN?.split(':').at(-1)];
  });
  expect(told).toEqual([
    ['Preprocess', 'datasets', 'push-AbCdEf'],
    ['Train', 'datasets', 'read-AbCdEf'],
    ['Evaluate', 'datasets', 'read-AbCdEf'],
  ]);
});

test('no token and no secret text is part of the definition', () => {
  const text = JSON.stringify(plain.definition);
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
  const statements = statementsOf(plain.template, 'PipelineRole');
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
  const { template } = plain;
  const writesDataset = (role: string) =>
    statementsOf(template, role)
      .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
      .some(({ Resource }) => JSON.stringify(Resource).includes('PlatformDvcRemote'));
  expect(writesDataset('PlatformProcessingRole')).toBe(true);
  expect(writesDataset('PlatformTrainingRole')).toBe(false);
});

const refused = defineStack();
const parts = defineParts(refused);

test.each<[what: string, change: Change, message: RegExp]>([
  [
    'a model name with a slash',
    { pipeline: { registeredModelName: 'a/b' } },
    /registeredModelName must be .*got "a\/b"/,
  ],
  [
    'a data repository that is none of the platform',
    {
      pipeline: {
        dataRepository: new DataRepository(new Stack(), 'Foreign', { url: 'https://git.example.com/team/other.git' }),
      },
    },
    /dataRepository must be one of the platform's, got Default\/Foreign; add it to data.repositories/,
  ],
  [
    'a prefix with a slash',
    {
      pipeline: {
        preprocess: {
          ...EVALUATE,
          inputBucket: s3.Bucket.fromBucketName(new Stack(), 'Raw', 'raw'),
          inputPrefix: 'x/',
        },
      },
    },
    /preprocess\.inputPrefix must be a key prefix without a slash at either end, got "x\/"/,
  ],
  ['half an instance', { train: { instanceCount: 0.5 } }, /train\.instanceCount must be a whole number.*got 0\.5/],
  ['no instance', { train: { instanceCount: 0 } }, /train\.instanceCount must be a whole number from 1 on, got 0/],
  [
    'a wait that is shorter than the training',
    { train: { spot: { maxWait: Duration.minutes(30) } } },
    /train\.spot\.maxWait must be at least maxRuntime, 1 hour, got 30 minutes/,
  ],
  [
    'a gate without an evaluation',
    { pipeline: { qualityGate: GATE } },
    /qualityGate must have evaluate beside it.*got none/,
  ],
  [
    'a gate without a bound',
    { pipeline: { evaluate: EVALUATE, qualityGate: [] } },
    /qualityGate must have a bound, got none; leave it out/,
  ],
  [
    'a metric that is none',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'a.b', atLeast: 1 }] } },
    /metric of qualityGate must be a letter or underscore .*got "a\.b"/,
  ],
  [
    'a bound that bounds nothing',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'loss' }] } },
    /qualityGate must have atLeast or atMost for each metric, got none for "loss"/,
  ],
  [
    'a bound that is no number',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'loss', atMost: Number.NaN }] } },
    /atLeast and atMost of qualityGate must be finite numbers, got others for "loss"/,
  ],
  [
    'bounds that no model can meet',
    { pipeline: { evaluate: EVALUATE, qualityGate: [{ metric: 'loss', atLeast: 2, atMost: 1 }] } },
    /atLeast of qualityGate must not be more than atMost.*got more for "loss"/,
  ],
  [
    'two bounds of one name',
    { pipeline: { evaluate: EVALUATE, qualityGate: [...GATE, { metric: 'valAccuracy', atLeast: 1 }] } },
    /the parameter name "AtLeastValAccuracy" is used twice/,
  ],
  [
    'two groups',
    {
      pipeline: {
        register: {
          ...REGISTER,
          modelPackageGroup: new CfnModelPackageGroup(new Stack(), 'Group', { modelPackageGroupName: 'theirs' }),
          modelPackageGroupName: 'ours',
        },
      },
    },
    /register must have modelPackageGroup or modelPackageGroupName, got both; leave out "ours"/,
  ],
  [
    'a group with a name that is none',
    { pipeline: { register: { ...REGISTER, modelPackageGroupName: 'a_b' } } },
    /register\.modelPackageGroupName must be 1 to 63 letters.*got "a_b"/,
  ],
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
])('fails on %s', (what, change, message) => {
  expect(() => definePipeline(refused, change, parts, what)).toThrow(message);
});

test('a job that takes too long is stopped', () => {
  const { definition } = define({ train: { maxRuntime: Duration.minutes(5) } });
  expect(stepOf(definition, 'Train')).toMatchObject({ Arguments: { StoppingCondition: { MaxRuntimeInSeconds: 300 } } });
});

describe('a pipeline that evaluates, gates and registers', () => {
  const { template, definition } = full;
  const gate = stepOf(definition, 'Gate') as never as {
    Arguments: { Conditions: unknown[]; IfSteps: { Name: string; Arguments: object }[]; ElseSteps: unknown[] };
  };
  const registration = (name: string) => gate.Arguments.IfSteps.find(({ Name }) => Name === name);

  test('has these steps, in this order', () => {
    expect(definition.Steps.map(({ Name, Type }: { Name: string; Type: string }) => `${Name} ${Type}`)).toEqual([
      'Preprocess Processing',
      'Dataset Lambda',
      'Train Training',
      'Evaluate Processing',
      'Gate Condition',
    ]);
    expect(gate.Arguments.IfSteps.map(({ Name }) => Name)).toEqual(['RegisterVersion', 'Register']);
  });

  test('evaluates the model on the dataset that it was trained on', () => {
    const { Arguments, PropertyFiles } = stepOf(definition, 'Evaluate') as never as {
      Arguments: { ProcessingInputs: { InputName: string; S3Input: { S3Uri: unknown } }[] };
      PropertyFiles: unknown;
    };
    const inputs = Object.fromEntries(Arguments.ProcessingInputs.map((it) => [it.InputName, it.S3Input.S3Uri]));
    expect(inputs).toEqual({
      'lineage-jobs': expect.stringMatching(/\/[0-9a-f]{64}\.zip$/),
      code: expect.stringMatching(/\/[0-9a-f]{64}\.zip$/),
      lineage: { Get: "Steps.Preprocess.ProcessingOutputConfig.Outputs['lineage'].S3Output.S3Uri" },
      model: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
    });
    expect(PropertyFiles).toEqual([
      { PropertyFileName: 'evaluation', OutputName: 'evaluation', FilePath: 'evaluation.json' },
    ]);
    expect(Arguments).toMatchObject({
      AppSpecification: { ContainerEntrypoint: ['/bin/sh', '-c', expect.stringMatching(/\*\.zip evaluate$/)] },
      Environment: {
        LINEAGE_EVALUATED_TRAINING_JOB: { Get: 'Steps.Train.TrainingJobName' },
        PIPELINE_RUN_ID: expect.anything(),
      },
      ProcessingOutputConfig: {
        Outputs: [
          {
            OutputName: 'evaluation',
            S3Output: {
              S3Uri: {
                'Std:Join': {
                  Values: [expect.stringMatching(/\/evaluations$/), { Get: 'Execution.PipelineExecutionId' }],
                },
              },
            },
          },
        ],
      },
    });
  });

  test('goes on only with what its bound asks for, and with what the execution asks for besides', () => {
    const LeftValue = {
      'Std:JsonGet': { PropertyFile: { Get: 'Steps.Evaluate.PropertyFiles.evaluation' }, Path: 'val_accuracy' },
    };
    expect(gate.Arguments.Conditions).toEqual([
      { Type: 'GreaterThanOrEqualTo', LeftValue, RightValue: 0.9 },
      { Type: 'GreaterThanOrEqualTo', LeftValue, RightValue: { Get: 'Parameters.AtLeastValAccuracy' } },
    ]);
    expect(definition.Parameters).toContainEqual({ Name: 'AtLeastValAccuracy', Type: 'Float', DefaultValue: 0.9 });
  });

  test('fails otherwise, and says which metric had to be what', () => {
    expect(gate.Arguments.ElseSteps).toEqual([
      {
        Name: 'Fail',
        Type: 'Fail',
        Arguments: {
          ErrorMessage:
            "the model is not good enough: val_accuracy must be at least 0.9, and at least the execution's AtLeastValAccuracy; evaluation.json of the step Evaluate has the values",
        },
      },
    ]);
  });

  test('asks for the version of the model that its own training job has logged', () => {
    expect(registration('RegisterVersion')).toMatchObject({
      Type: 'Lambda',
      FunctionArn: 'known-at-deployment',
      Arguments: {
        training_job_name: { Get: 'Steps.Train.TrainingJobName' },
        registered_model_name: 'diagnosis',
        model_uri: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
      },
      OutputParameters: [
        { OutputName: 'run_id', OutputType: 'String' },
        { OutputName: 'model_version', OutputType: 'String' },
      ],
    });
  });

  test('registers a package that waits for approval, names its run, and leaves the data commit to whoever compares it', () => {
    expect(registration('Register')).toEqual({
      Name: 'Register',
      Type: 'RegisterModel',
      Arguments: {
        ModelPackageGroupName: 'known-at-deployment',
        ModelApprovalStatus: 'PendingManualApproval',
        InferenceSpecification: {
          Containers: [
            {
              Image: '763104351884.dkr.ecr.us-east-1.known-at-deployment/pytorch-inference:2.6.0-cpu-py312',
              ModelDataUrl: { Get: 'Steps.Train.ModelArtifacts.S3ModelArtifacts' },
            },
          ],
          SupportedContentTypes: ['application/json'],
          SupportedResponseMIMETypes: ['application/json'],
        },
        ModelMetrics: {
          ModelQuality: {
            Statistics: {
              ContentType: 'application/json',
              S3Uri: {
                'Std:Join': {
                  On: '/',
                  Values: [
                    { Get: "Steps.Evaluate.ProcessingOutputConfig.Outputs['evaluation'].S3Output.S3Uri" },
                    'evaluation.json',
                  ],
                },
              },
            },
          },
        },
        CustomerMetadataProperties: {
          mlflow_run_id: { Get: "Steps.RegisterVersion.OutputParameters['run_id']" },
          mlflow_model_version: { Get: "Steps.RegisterVersion.OutputParameters['model_version']" },
          pipeline_run_id: {
            'Std:Join': {
              On: '-',
              Values: [{ Get: 'Parameters.DataVersion' }, { Get: 'Execution.PipelineExecutionId' }],
            },
          },
        },
      },
      RetryPolicies: [expect.objectContaining({ ExceptionType: ['Step.SERVICE_FAULT', 'Step.THROTTLING'] })],
    });
  });

  test('keeps the group of its models when the stack goes, under a name that no other stack has', () => {
    template.hasResource('AWS::SageMaker::ModelPackageGroup', {
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
      Properties: {
        Tags: [{ Key: 'lineage:platform', Value: 'demo' }],
        ModelPackageGroupName: {
          'Fn::Join': [
            '',
            [
              Match.stringLikeRegexp('^[a-z0-9-]{1,50}-$'),
              {
                'Fn::Select': [
                  0,
                  { 'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }] },
                ],
              },
            ],
          ],
        },
      },
    });
  });

  test('trains on spare capacity, with checkpoints that belong to this pipeline and this dataset', () => {
    expect(stepOf(definition, 'Dataset')).toMatchObject({
      Arguments: { lineage_uri: { Get: "Steps.Preprocess.ProcessingOutputConfig.Outputs['lineage'].S3Output.S3Uri" } },
      OutputParameters: [{ OutputName: 'dataset_md5', OutputType: 'String' }],
    });
    expect(stepOf(definition, 'Train')).toMatchObject({
      Arguments: {
        EnableManagedSpotTraining: true,
        StoppingCondition: { MaxRuntimeInSeconds: 3600, MaxWaitTimeInSeconds: 10800 },
        ResourceConfig: { InstanceCount: 2 },
        CheckpointConfig: {
          S3Uri: {
            'Std:Join': {
              On: '/',
              Values: [
                expect.stringMatching(/\/checkpoints\/stack-pipeline-[0-9a-z]+$/),
                { Get: "Steps.Dataset.OutputParameters['dataset_md5']" },
              ],
            },
          },
        },
      },
    });
  });

  test.each<[role: string, actions: string[], resource: RegExp]>([
    ['PipelineRole', ['lambda:InvokeFunction'], /^\{"Fn::GetAtt":\["PipelineDatasetReader[0-9A-F]+","Arn"\]\}$/],
    ['PipelineRole', ['lambda:InvokeFunction'], /^\{"Fn::GetAtt":\["PipelineModelRegistrar[0-9A-F]+","Arn"\]\}$/],
    ['PipelineRole', ['sagemaker:CreateModelPackage'], /:model-package\/.*"PipelineModels[0-9A-F]*".*\/\*"/],
    ['PipelineRole', ['s3:GetObject'], /^\{"Fn::Join":.*PlatformArtifacts.*"\/evaluations\/\*"\]\]\}$/],
    ['PipelineRole', ['kms:Decrypt'], /PlatformKey/],
    ['PipelineEvaluationRole', ['s3:GetObject'], /PlatformArtifacts.*"\/models\/\*"/],
    ['PipelineEvaluationRole', ['s3:AbortMultipartUpload', 's3:PutObject'], /PlatformArtifacts.*"\/evaluations\/\*"/],
    ['PipelineEvaluationRole', ['s3:GetObject'], /PlatformArtifacts.*"\/lineage\/\*"/],
    ['PipelineEvaluationRole', ['s3:GetObject'], /PlatformDvcRemote/],
    ['PipelineEvaluationRole', ['sagemaker:CallMlflowAppApi'], /PlatformMlflowApp/],
    ['PipelineEvaluationRole', ['secretsmanager:GetSecretValue'], /secret:git-token/],
    [
      'PipelineEvaluationRole',
      ['logs:CreateLogGroup', 'logs:DescribeLogStreams', 'logs:CreateLogStream', 'logs:PutLogEvents'],
      /ProcessingJobs/,
    ],
    ['PipelineDatasetReaderRole', ['s3:GetObject'], /PlatformArtifacts.*"\/lineage\/\*"/],
    ['PipelineModelRegistrarRole', ['sagemaker:CallMlflowAppApi'], /PlatformMlflowApp/],
    ['PipelineModelRegistrarRole', ['sqs:SendMessage'], /PlatformRunTaggerDerivation[0-9A-F]+"/],
    ['PipelineModelRegistrarRole', ['sagemaker:DescribeTrainingJob'], /:training-job\/pipelines-\*"/],
    ['PlatformTrainingRole', ['s3:GetObject'], /PlatformArtifacts.*"\/checkpoints\/stack-pipeline-[0-9a-z]+\/\*"/],
    [
      'PlatformTrainingRole',
      ['s3:AbortMultipartUpload', 's3:PutObject'],
      /PlatformArtifacts.*"\/checkpoints\/stack-pipeline-[0-9a-z]+\/\*"/,
    ],
  ])('allows %s %j there and nowhere else', (role, actions, resource) => {
    const found = statementsOf(template, role)
      .filter(({ Action }) => JSON.stringify([Action].flat()) === JSON.stringify(actions))
      .flatMap(({ Resource }) => [Resource].flat().map((one) => JSON.stringify(one)));
    expect(found).toContainEqual(expect.stringMatching(resource));
  });

  test('lists only below the prefixes of models, of what is handed on and of checkpoints', () => {
    const prefixes = (role: string) =>
      statementsOf(template, role)
        .filter(({ Action, Resource }) => Action === 's3:ListBucket' && JSON.stringify(Resource).includes('Artifacts'))
        .map(({ Condition }) => (Condition as { StringLike: { 's3:prefix': string[] } }).StringLike['s3:prefix'][0]);
    expect(prefixes('PipelineEvaluationRole')).toEqual(['mlflow', 'lineage', 'models']);
    expect(prefixes('PipelineDatasetReaderRole')).toEqual(['lineage']);
    expect(prefixes('PlatformTrainingRole')).toContainEqual(expect.stringMatching(/^checkpoints\/stack-pipeline-/));
  });

  test('lets its role register what waits for approval, and approve nothing', () => {
    const [statement] = statementsOf(template, 'PipelineRole').filter(({ Action }) =>
      [Action].flat().includes('sagemaker:CreateModelPackage'),
    );
    expect(statement?.Condition).toEqual({
      StringEquals: { 'sagemaker:ModelApprovalStatus': 'PendingManualApproval' },
    });
  });

  test('passes the role of evaluations too, which no function of the platform takes for one of its jobs', () => {
    const passed = statementsOf(template, 'PipelineRole').find(({ Action }) => Action === 'iam:PassRole');
    expect(JSON.stringify(passed?.Resource)).toMatch(/ProcessingRole.*TrainingRole.*EvaluationRole/);
    const functions = Object.values(template.findResources('AWS::Lambda::Function'));
    expect(JSON.stringify(functions)).not.toContain('EvaluationRole');
  });

  test('an evaluation publishes nothing', () => {
    const written = statementsOf(template, 'PipelineEvaluationRole')
      .filter(({ Action }) => [Action].flat().includes('s3:PutObject'))
      .map(({ Resource }) => JSON.stringify(Resource));
    expect(written.join()).not.toContain('DvcRemote');
    expect(written).toHaveLength(2);
  });
});

test('a plain pipeline defines no function, no group and no role that only other steps need', () => {
  const ids = Object.keys(plain.template.toJSON().Resources).filter((id) => id.startsWith('Pipeline'));
  expect(ids).toEqual([
    expect.stringMatching(/^PipelineRole[0-9A-F]{8}$/),
    expect.stringMatching(/^PipelineRoleDefaultPolicy[0-9A-F]{8}$/),
    expect.stringMatching(/^Pipeline[0-9A-F]{8}$/),
  ]);
});

describe('a model that is registered without a gate', () => {
  const stack = defineStack();
  const group = new CfnModelPackageGroup(stack, 'Group', { modelPackageGroupName: 'diagnoses' });
  const pipeline = definePipeline(stack, {
    pipeline: {
      register: { ...REGISTER, modelPackageGroup: group, contentTypes: ['text/csv'], responseTypes: ['text/plain'] },
    },
  });
  const template = Template.fromStack(stack);

  test('is warned about', () => {
    Annotations.fromStack(stack).hasWarning(
      '/Stack/Pipeline',
      Match.stringLikeRegexp('every model is registered, however bad it is: .*registersEveryModel'),
    );
    Annotations.fromStack(defineWith({ evaluate: EVALUATE, qualityGate: GATE, register: REGISTER })).hasNoWarning(
      '*',
      Match.stringLikeRegexp('every model is registered'),
    );
  });

  test('goes into the group that was given, and into no other', () => {
    template.resourceCountIs('AWS::SageMaker::ModelPackageGroup', 1);
    expect(pipeline.modelPackageGroup).toBe(group);
    const registering = statementsOf(template, 'PipelineRole').find(
      ({ Action }) => Action === 'sagemaker:CreateModelPackage',
    );
    expect(JSON.stringify(registering?.Resource)).toMatch(/:model-package\/".*\{"Ref":"Group"\}.*"\/\*"\]\]\}$/);
  });

  test('says which media types it takes and answers in, and no metrics', () => {
    const [resource] = Object.values(template.findResources('AWS::SageMaker::Pipeline'));
    const definition = parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody);
    expect(stepOf(definition, 'Register')).toMatchObject({
      Arguments: {
        ModelPackageGroupName: 'known-at-deployment',
        InferenceSpecification: { SupportedContentTypes: ['text/csv'], SupportedResponseMIMETypes: ['text/plain'] },
      },
    });
    expect(JSON.stringify(definition)).not.toContain('ModelMetrics');
  });
});

function defineWith(pipeline: Partial<LineagePipelineProps>): Stack {
  const stack = defineStack();
  definePipeline(stack, { pipeline });
  return stack;
}

test('a gate can ask for the least and the most of several metrics, and a number that only the deployment knows', () => {
  const { definition } = define({
    pipeline: {
      evaluate: EVALUATE,
      qualityGate: [
        { metric: 'accuracy', atLeast: 0.8, atMost: 1 },
        { metric: '_loss', atMost: Token.asNumber({ Ref: 'AWS::StackId' }) },
      ],
    },
  });
  expect(definition.Parameters.slice(2).map(({ Name }: { Name: string }) => Name)).toEqual([
    'AtLeastAccuracy',
    'AtMostAccuracy',
    'AtMostLoss',
  ]);
  const gate = stepOf(definition, 'Gate') as never as { Arguments: { Conditions: { Type: string }[]; IfSteps: [] } };
  expect(gate.Arguments.Conditions.map(({ Type }) => Type)).toEqual([
    'GreaterThanOrEqualTo',
    'GreaterThanOrEqualTo',
    'LessThanOrEqualTo',
    'LessThanOrEqualTo',
    'LessThanOrEqualTo',
    'LessThanOrEqualTo',
  ]);
  expect(gate.Arguments.Conditions[4]).toMatchObject({ RightValue: 7 });
  expect(gate.Arguments.IfSteps).toEqual([]);
  expect(JSON.stringify(gate)).toContain('_loss must be at most 7, ');
});

test('a group can have a name of its own', () => {
  const { template } = define({ pipeline: { register: { ...REGISTER, modelPackageGroupName: 'diagnoses' } } });
  template.hasResourceProperties('AWS::SageMaker::ModelPackageGroup', { ModelPackageGroupName: 'diagnoses' });
});

describe('whoever may start a pipeline', () => {
  const EXECUTION = 'arn:<partition>:sagemaker:us-east-1:111122223333:pipeline';
  const arns = ({ Resource }: { Resource: unknown }) =>
    [Resource].flat().map((one) => {
      const parts = (one as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1];
      return parts.map((part) => (typeof part === 'string' ? part : '<partition>')).join('');
    });

  test.each<[what: string, define: (stack: Stack) => LineagePipelineGrants, name: string]>([
    ['of this library', (stack) => definePipeline(stack, { pipeline: { pipelineName: 'made' } }).grants, 'made'],
    [
      'that is imported',
      (stack) => LineagePipelineGrants.fromPipeline(CfnPipeline.fromPipelineName(stack, 'Theirs', 'theirs')),
      'theirs',
    ],
    [
      'that is a plain resource',
      (stack) =>
        LineagePipelineGrants.fromPipeline(
          new CfnPipeline(stack, 'Theirs', { pipelineName: 'plain', pipelineDefinition: {}, roleArn: 'arn' }),
        ),
      '<partition>',
    ],
  ])('can start and watch one %s, and no other', (_what, definition, name) => {
    const stack = defineStack();
    const grants = definition(stack);
    const role = defineRole(stack);
    grants.start(role);
    grants.watch(role);
    const [start, watch, executions] = statementsOf(Template.fromStack(stack), 'Grantee');
    expect([start, watch, executions].map((statement) => [statement?.Action, statement && arns(statement)])).toEqual([
      ['sagemaker:StartPipelineExecution', [`${EXECUTION}/${name}`]],
      [['sagemaker:DescribePipeline', 'sagemaker:ListPipelineExecutions'], [`${EXECUTION}/${name}`]],
      [
        [
          'sagemaker:DescribePipelineExecution',
          'sagemaker:ListPipelineExecutionSteps',
          'sagemaker:ListPipelineParametersForExecution',
        ],
        [`${EXECUTION}/${name}/execution/*`],
      ],
    ]);
  });

  test('may mean it by its name in lower case, as some ARNs of SageMaker do', () => {
    const stack = defineStack();
    const role = defineRole(stack);
    LineagePipelineGrants.fromPipeline(CfnPipeline.fromPipelineName(stack, 'Theirs', 'Theirs')).start(role);
    const [start] = statementsOf(Template.fromStack(stack), 'Grantee');
    expect(start && arns(start)).toEqual([`${EXECUTION}/Theirs`, `${EXECUTION}/theirs`]);
  });

  test('can be a schedule', () => {
    const stack = defineStack();
    const pipeline = definePipeline(stack, { pipeline: { pipelineName: 'nightly' } });
    new scheduler.Schedule(stack, 'Nightly', {
      schedule: scheduler.ScheduleExpression.cron({ hour: '2', minute: '0' }),
      target: new SageMakerStartPipelineExecution(pipeline, {
        pipelineParameterList: [{ name: 'DataVersion', value: 'nightly' }],
      }),
    });
    const template = Template.fromStack(stack);
    template.hasResourceProperties('AWS::Scheduler::Schedule', {
      Target: {
        Arn: {
          'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':sagemaker:us-east-1:111122223333:pipeline/nightly']],
        },
        SageMakerPipelineParameters: { PipelineParameterList: [{ Name: 'DataVersion', Value: 'nightly' }] },
      },
    });
    expect(actionsOf(statementsOf(template, 'SchedulerRole'))).toEqual(['sagemaker:StartPipelineExecution']);
  });
});

test('an app that is agnostic to its environment can have a pipeline', () => {
  const stack = new Stack(new App(), 'Stack');
  definePipeline(stack, { pipeline: { evaluate: EVALUATE, qualityGate: GATE, register: REGISTER } });
  Template.fromStack(stack).resourceCountIs('AWS::SageMaker::Pipeline', 1);
});

test('all jobs run in the network of the platform, and the role of evaluations may use it', () => {
  const stack = defineStack();
  const vpc = ec2.Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0',
    availabilityZones: ['us-east-1a'],
    privateSubnetIds: ['subnet-0'],
  });
  const network = new JobNetwork(stack, 'Network', { vpc });
  const dataRepository = defineRepository(stack);
  const platform = new LineagePlatform(stack, 'Platform', {
    name: 'demo',
    data: { repositories: [dataRepository] },
    jobs: { network },
  });
  const inputBucket = s3.Bucket.fromBucketName(stack, 'Raw', 'raw-data');
  definePipeline(stack, { pipeline: { evaluate: EVALUATE } }, { dataRepository, platform, inputBucket });
  const template = Template.fromStack(stack);
  const [resource] = Object.values(template.findResources('AWS::SageMaker::Pipeline'));
  const definition = parse(resource?.Properties.PipelineDefinition.PipelineDefinitionBody);
  const inNetwork = {
    EnableInterContainerTrafficEncryption: true,
    VpcConfig: { Subnets: ['subnet-0'], SecurityGroupIds: ['known-at-deployment'] },
  };
  expect(stepOf(definition, 'Preprocess')).toMatchObject({ Arguments: { NetworkConfig: inNetwork } });
  expect(stepOf(definition, 'Train')).toMatchObject({ Arguments: inNetwork });
  expect(stepOf(definition, 'Evaluate')).toMatchObject({ Arguments: { NetworkConfig: inNetwork } });
  expect(actionsOf(statementsOf(template, 'PipelineEvaluationRole'))).toContain('ec2:CreateNetworkInterface');
});
