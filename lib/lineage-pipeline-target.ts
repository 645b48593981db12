import { Stack } from 'aws-cdk-lib';
import type { IRuleRef, IRuleTarget, RuleTargetConfig } from 'aws-cdk-lib/aws-events';
import { CfnRule } from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IPipelineRef } from 'aws-cdk-lib/aws-sagemaker';
import type * as sqs from 'aws-cdk-lib/aws-sqs';
import { LineagePipelineGrants } from './lineage-pipeline-grants';
import { enforce, type Rule } from './private/errors';
import { SEND_MESSAGES } from './private/perms';
import { pipelineArn } from './private/pipeline-arns';

/**
 * How an event starts a pipeline.
 */
export interface LineagePipelineTargetProps {
  /**
   * The values of the pipeline's parameters. A value is a text, or one that the event has: `EventField.fromPath`, alone.
   *
   * @default - the defaults of the pipeline
   */
  readonly parameters?: Record<string, string>;

  /**
   * Where EventBridge leaves the events that it could not start the pipeline for.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - after a day of trying they are dropped
   */
  readonly deadLetterQueue?: sqs.IQueue;
}

const MOST_PARAMETERS = 200;

const RULES: readonly Rule<Record<string, string>>[] = [
  {
    broken: (parameters) => Object.keys(parameters).length > MOST_PARAMETERS,
    message: (parameters) =>
      `parameters must be at most ${MOST_PARAMETERS}, as many as a pipeline can have, got ${Object.keys(parameters).length}`,
  },
  {
    broken: (parameters) => mixed(parameters).length > 0,
    message: (parameters) =>
      `parameters must be texts, or values of the event alone, got both in one for ${mixed(parameters).join(', ')}; let the sender of the event put it together`,
  },
];

// EventBridge takes a path only where it is the whole value
// (https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html#eb-params).
function mixed(parameters: Record<string, string>): string[] {
  return Object.keys(parameters).filter((name) => /[^$]+\$\./.test(String(parameters[name])));
}

/**
 * A pipeline that the events of a rule start, each an execution of its own.
 *
 * It works with pipelines of this library and others. For schedules there is the CDK's own
 * `SageMakerStartPipelineExecution`, which takes a LineagePipeline as it is.
 */
export class LineagePipelineTarget implements IRuleTarget {
  constructor(
    private readonly pipeline: IPipelineRef,
    private readonly props: LineagePipelineTargetProps = {},
  ) {}

  public bind(rule: IRuleRef, _id?: string): RuleTargetConfig {
    const stack = Stack.of(rule);
    const parameters = stack.resolve(this.props.parameters ?? {}) as Record<string, string>;
    enforce(rule, 'LineagePipelineTargetInvalid', parameters, RULES);

    const role = this.roleFor(rule);
    LineagePipelineGrants.fromPipeline(this.pipeline).start(role);
    if (Object.keys(parameters).length > 0) {
      passParameters(rule, parameters);
    }
    const { deadLetterQueue } = this.props;
    deadLetterQueue?.addToResourcePolicy(sendingStatement(rule, deadLetterQueue));
    const arn = pipelineArn(Stack.of(this.pipeline), this.pipeline.pipelineRef.pipelineName);
    return { arn, role, ...(deadLetterQueue && { deadLetterConfig: { arn: deadLetterQueue.queueArn } }) };
  }

  /** One role for all pipelines that the rule starts. */
  private roleFor(rule: IRuleRef): iam.IRole {
    const found = rule.node.tryFindChild('PipelineRole') as iam.IRole | undefined;
    return (
      found ??
      new iam.Role(rule, 'PipelineRole', {
        description: 'Lets events start SageMaker pipelines',
        assumedBy: new iam.ServicePrincipal('events.amazonaws.com', {
          conditions: { StringEquals: { 'aws:SourceAccount': Stack.of(rule).account } },
        }),
      })
    );
  }
}

/** The CDK's targets have no parameters of pipelines, so the rule itself is told them, for the target that comes next. */
function passParameters(rule: IRuleRef, parameters: Record<string, string>): void {
  const resource = rule.node.defaultChild as CfnRule;
  const before = (Stack.of(rule).resolve(resource.targets) ?? []) as unknown[];
  resource.addPropertyOverride(`Targets.${before.length}.SageMakerPipelineParameters`, {
    PipelineParameterList: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
  });
}

function sendingStatement(rule: IRuleRef, { queueArn }: sqs.IQueue): iam.PolicyStatement {
  return new iam.PolicyStatement({
    principals: [new iam.ServicePrincipal('events.amazonaws.com')],
    actions: SEND_MESSAGES,
    resources: [queueArn],
    conditions: { ArnEquals: { 'aws:SourceArn': CfnRule.arnForRule(rule) } },
  });
}
