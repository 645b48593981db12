import { type Stack, Token } from 'aws-cdk-lib';

export function pipelineArn(stack: Stack, resourceName: string): string {
  return stack.formatArn({ service: 'sagemaker', resource: 'pipeline', resourceName });
}

/**
 * The ARNs that SageMaker may mean a pipeline by: some of its ARNs have the name in lower case, whatever it is.
 */
export function pipelineArns(stack: Stack, pipelineName: string): string[] {
  const names = Token.isUnresolved(pipelineName) ? [pipelineName] : [pipelineName, pipelineName.toLowerCase()];
  return [...new Set(names)].map((name) => pipelineArn(stack, name));
}
