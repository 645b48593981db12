import type { CustomResource } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { defineCustomResource } from './custom-resource';

export interface GuardedMlflowApp {
  readonly name: string;
  readonly roleArn: string;
  readonly allowReplacement: boolean;
}

/**
 * A resource that fails an update by which CloudFormation would replace an app by a new, empty one: of another name or
 * role. The app has to depend on it.
 */
export function guardMlflowApp(scope: Construct, app: GuardedMlflowApp): CustomResource {
  const { resource } = defineCustomResource(scope, 'Guard', {
    functionName: 'mlflow-app-guard',
    description: 'Refuses an update that would replace an MLflow App by an empty one',
    resourceType: 'Custom::MlflowAppGuard',
    properties: {
      AppName: app.name,
      RoleArn: app.roleArn,
      AllowReplacement: String(app.allowReplacement),
    },
  });
  return resource;
}
