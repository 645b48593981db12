import { type Stack, Token } from 'aws-cdk-lib';

/**
 * The ARNs that SageMaker may mean a pipeline by: some of its ARNs have the name in lower case, whatever it is.
 */
export function pipelineArns(stack: Stack, pipelineName: string): string[] {
  const names = Token.isUnresolved(pipelineName) ? [pipelineName] : [pipelineName, pipelineName.toLowerCase()];
  return [...new Set(names)].map((resourceName) =>
    stack.formatArn({ service: 'sagemaker', resource: 'pipeline', resourceName }),
  );
}
