import { Duration, type Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { CfnModelPackageGroup } from 'aws-cdk-lib/aws-sagemaker';
import type { LineagePipelineProps } from '../../lib';
import { defineStack, statementsOf } from './definition';
import { define, definePipeline, EVALUATE, GATE, parse, REGISTER, stepOf } from './pipeline-definition';

const full = define({
  pipeline: { evaluate: EVALUATE, qualityGate: GATE, register: REGISTER, registeredModelName: 'diagnosis' },
  train: { spot: { maxWait: Duration.hours(3) }, instanceCount: 2 },
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
