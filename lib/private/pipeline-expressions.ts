/**
 * A value that SageMaker fills in when an execution starts or a step has ended.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
 */
export type PipelineExpression =
  | { readonly Get: string }
  | { readonly 'Std:Join': { On: string; Values: PipelineValue[] } };

export type PipelineValue = string | PipelineExpression;

/**
 * A value out of a file that a processing step has written. SageMaker reads it in conditions only.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-propertyfile.html
 */
export interface FileExpression {
  readonly 'Std:JsonGet': { readonly PropertyFile: { readonly Get: string }; readonly Path: string };
}

export function parameter(name: string): PipelineExpression {
  return { Get: `Parameters.${name}` };
}

export const EXECUTION_ID: PipelineExpression = { Get: 'Execution.PipelineExecutionId' };
export const EXECUTION_ARN: PipelineExpression = { Get: 'Execution.PipelineExecutionArn' };

export function join(on: string, ...values: PipelineValue[]): PipelineExpression {
  return { 'Std:Join': { On: on, Values: values } };
}

/**
 * Where a processing step has put one of its outputs.
 */
export function outputOf(step: string, output: string): PipelineExpression {
  return { Get: `Steps.${step}.ProcessingOutputConfig.Outputs['${output}'].S3Output.S3Uri` };
}

/**
 * What the description of a step's job says once it has ended.
 */
export function propertyOf(step: string, property: string): PipelineExpression {
  return { Get: `Steps.${step}.${property}` };
}

/**
 * What a step's function has answered.
 */
export function answerOf(step: string, output: string): PipelineExpression {
  return { Get: `Steps.${step}.OutputParameters['${output}']` };
}

export function fromFile(step: string, file: string, path: string): FileExpression {
  return { 'Std:JsonGet': { PropertyFile: { Get: `Steps.${step}.PropertyFiles.${file}` }, Path: path } };
}
