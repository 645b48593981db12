import {
  DescribePipelineExecutionCommand,
  type DescribePipelineExecutionResponse,
  ListPipelineExecutionStepsCommand,
  type PipelineExecutionStep,
  StartPipelineExecutionCommand,
} from '@aws-sdk/client-sagemaker';
import type { AwsClients } from './aws-clients';
import { eventually } from './eventually';

/**
 * Starts a pipeline, as a data scientist does with the AWS SDK.
 *
 * @returns the ARN of the execution
 */
export async function startPipeline(
  { sagemaker }: AwsClients,
  pipelineName: string,
  parameters: Readonly<Record<string, string>>,
): Promise<string> {
  const { PipelineExecutionArn } = await sagemaker.send(
    new StartPipelineExecutionCommand({
      PipelineName: pipelineName,
      PipelineParameters: Object.entries(parameters).map(([Name, Value]) => ({ Name, Value })),
    }),
  );
  if (!PipelineExecutionArn) {
    throw new Error(`SageMaker started ${pipelineName} without naming the execution`);
  }
  return PipelineExecutionArn;
}

/**
 * Waits until an execution has ended, however it ended.
 */
export function waitForExecution(
  { sagemaker }: AwsClients,
  executionArn: string,
  seconds = 180,
): Promise<DescribePipelineExecutionResponse> {
  return eventually(`the end of ${executionArn}`, seconds, async () => {
    const execution = await sagemaker.send(
      new DescribePipelineExecutionCommand({ PipelineExecutionArn: executionArn }),
    );
    return ['Succeeded', 'Failed', 'Stopped'].includes(execution.PipelineExecutionStatus ?? '') ? execution : undefined;
  });
}

export async function stepsOf({ sagemaker }: AwsClients, executionArn: string): Promise<PipelineExecutionStep[]> {
  const { PipelineExecutionSteps = [] } = await sagemaker.send(
    new ListPipelineExecutionStepsCommand({ PipelineExecutionArn: executionArn }),
  );
  return PipelineExecutionSteps;
}
