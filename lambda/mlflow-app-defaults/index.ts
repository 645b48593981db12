import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { customResource } from '../custom-resource';
import { defaultsSetter } from './set-defaults';

/**
 * Makes an MLflow App the default of its account or of SageMaker domains.
 */
export const handler = customResource('mlflow-app-defaults', defaultsSetter(new SageMakerClient()));
