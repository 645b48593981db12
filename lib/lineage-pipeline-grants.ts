import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IPipelineRef } from 'aws-cdk-lib/aws-sagemaker';
import { START_PIPELINE, WATCH_EXECUTIONS, WATCH_PIPELINE } from './private/perms';
import { pipelineArns } from './private/pipeline-arns';

/**
 * Grants on a SageMaker pipeline.
 */
export class LineagePipelineGrants {
  /**
   * Grants for a pipeline, new or imported, of this library or not.
   */
  static fromPipeline(pipeline: IPipelineRef): LineagePipelineGrants {
    return new LineagePipelineGrants(pipeline);
  }

  private constructor(private readonly pipeline: IPipelineRef) {}

  /**
   * Starts executions, with parameters of the grantee's choice.
   */
  start(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: START_PIPELINE, resourceArns: this.arns() });
  }

  /**
   * Watches executions and their steps: reads their states, parameters and reasons of failure, and changes nothing.
   */
  watch(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: WATCH_PIPELINE, resourceArns: this.arns() }).combine(
      iam.Grant.addToPrincipal({
        grantee,
        actions: WATCH_EXECUTIONS,
        resourceArns: this.arns().map((arn) => `${arn}/execution/*`),
      }),
    );
  }

  private arns(): string[] {
    return pipelineArns(Stack.of(this.pipeline), this.pipeline.pipelineRef.pipelineName);
  }
}
