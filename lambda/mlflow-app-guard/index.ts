import { customResource } from '../custom-resource';
import { guardApp } from './guard-app';

/**
 * Fails an update of a stack before CloudFormation replaces an MLflow App by an empty one.
 */
export const handler = customResource('mlflow-app-guard', guardApp);
