import { contract } from './contract';
import type { PipelineStep } from './pipeline-definition';
import { answerOf, join, outputOf, type PipelineValue, propertyOf } from './pipeline-expressions';
import { CALL_AGAIN, EVALUATE, EVALUATION_FILE, TRAIN } from './pipeline-steps';

const { channels, stepValues } = contract;

export const REGISTER_VERSION = 'RegisterVersion';
export const REGISTER = 'Register';

/**
 * The step that finds or makes the version of the registered model in MLflow.
 */
export function registerVersionStep(functionArn: string, registeredModelName: string): PipelineStep {
  return {
    Name: REGISTER_VERSION,
    Type: 'Lambda',
    FunctionArn: functionArn,
    Arguments: {
      [stepValues.trainingJobName]: propertyOf(TRAIN, 'TrainingJobName'),
      [stepValues.registeredModelName]: registeredModelName,
      [stepValues.modelUri]: propertyOf(TRAIN, 'ModelArtifacts.S3ModelArtifacts'),
    },
    OutputParameters: [stepValues.runId, stepValues.modelVersion].map((OutputName) => ({
      OutputName,
      OutputType: 'String',
    })),
  };
}

export interface RegisterStepOptions {
  readonly modelPackageGroup: string;
  readonly image: string;
  readonly contentTypes: readonly string[];
  readonly responseTypes: readonly string[];
  readonly dataRevision: PipelineValue;
  readonly isEvaluated: boolean;
}

/**
 * The step that makes a model package, which a person has to approve.
 *
 * It names the run, and leaves the data commit to the function that has compared it.
 */
export function registerStep(options: RegisterStepOptions): PipelineStep {
  return {
    Name: REGISTER,
    Type: 'RegisterModel',
    Arguments: {
      ModelPackageGroupName: options.modelPackageGroup,
      ModelApprovalStatus: 'PendingManualApproval',
      InferenceSpecification: {
        Containers: [{ Image: options.image, ModelDataUrl: propertyOf(TRAIN, 'ModelArtifacts.S3ModelArtifacts') }],
        SupportedContentTypes: options.contentTypes,
        SupportedResponseMIMETypes: options.responseTypes,
      },
      ...(options.isEvaluated && {
        ModelMetrics: {
          ModelQuality: {
            Statistics: {
              ContentType: 'application/json',
              S3Uri: join('/', outputOf(EVALUATE, channels.evaluation), EVALUATION_FILE),
            },
          },
        },
      }),
      CustomerMetadataProperties: {
        mlflow_run_id: answerOf(REGISTER_VERSION, stepValues.runId),
        mlflow_model_version: answerOf(REGISTER_VERSION, stepValues.modelVersion),
        pipeline_run_id: options.dataRevision,
      },
    },
    RetryPolicies: [CALL_AGAIN],
  };
}
