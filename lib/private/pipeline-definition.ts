/**
 * A step as the service reads it, as far as its limits go.
 */
export interface PipelineStep {
  readonly Name: string;
  readonly Type: 'Processing' | 'Training' | 'Lambda' | 'Condition' | 'RegisterModel' | 'Fail';
  readonly DependsOn?: readonly string[];
  readonly Arguments: Record<string, unknown>;
  readonly FunctionArn?: string;
  readonly OutputParameters?: readonly { readonly OutputName: string; readonly OutputType: 'String' }[];
  readonly PropertyFiles?: readonly PropertyFile[];
  readonly RetryPolicies?: readonly unknown[];
}

interface PropertyFile {
  readonly PropertyFileName: string;
  readonly OutputName: string;
  readonly FilePath: string;
}

export interface PipelineParameter {
  readonly Name: string;
  readonly Type: 'String' | 'Float';
  readonly DefaultValue?: string | number;
}

export interface PipelineDefinition {
  readonly Parameters: readonly PipelineParameter[];
  readonly MlflowConfig: { readonly MlflowResourceArn: string };
  readonly Steps: readonly PipelineStep[];
}
