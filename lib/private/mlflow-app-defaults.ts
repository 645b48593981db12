import { Duration } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { defineCustomResource } from './custom-resource';
import { SET_MLFLOW_APP_DEFAULTS } from './perms';

export interface MlflowAppDefaults {
  readonly mlflowAppArn: string;
  readonly accountDefault?: boolean;
  readonly domainIds?: readonly string[];
}

/**
 * Makes an app the default of its account or of SageMaker domains, which CloudFormation's own resource cannot.
 */
export function setMlflowAppDefaults(scope: Construct, defaults: MlflowAppDefaults): void {
  const { mlflowAppArn, accountDefault, domainIds } = defaults;
  const { handler } = defineCustomResource(scope, 'Defaults', {
    functionName: 'mlflow-app-defaults',
    description: 'Makes an MLflow App the default of its account or of SageMaker domains',
    resourceType: 'Custom::MlflowAppDefaults',
    properties: {
      MlflowAppArn: mlflowAppArn,
      AccountDefaultStatus: accountDefault === undefined ? undefined : accountDefault ? 'ENABLED' : 'DISABLED',
      DefaultDomainIdList: domainIds,
    },
    // an app takes minutes to be updated.
    timeout: Duration.minutes(14),
  });
  iam.Grant.addToPrincipal({ grantee: handler, actions: SET_MLFLOW_APP_DEFAULTS, resourceArns: [mlflowAppArn] });
}
