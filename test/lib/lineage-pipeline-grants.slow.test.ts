import type { Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { CfnPipeline } from 'aws-cdk-lib/aws-sagemaker';
import * as scheduler from 'aws-cdk-lib/aws-scheduler';
import { SageMakerStartPipelineExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { LineagePipelineGrants } from '../../lib';
import { actionsOf, defineRole, defineStack, statementsOf } from './definition';
import { definePipeline } from './pipeline-definition';

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
