import * as iam from 'aws-cdk-lib/aws-iam';
import type { IMlflowApp } from './mlflow-app';
import { ObjectGrants } from './private/object-grants';
import { CALL_MLFLOW_APP } from './private/perms';

/**
 * Grants on a SageMaker MLflow App.
 */
export class MlflowAppGrants {
  /**
   * Grants for an app, new or imported.
   */
  static fromMlflowApp(app: IMlflowApp): MlflowAppGrants {
    return new MlflowAppGrants(app);
  }

  private readonly artifacts: ObjectGrants;

  private constructor(private readonly app: IMlflowApp) {
    this.artifacts = new ObjectGrants(app.artifactBucket, app.artifactPrefix);
  }

  /**
   * Calls the app's MLflow API: reads and writes runs, tags and models, without access to artifacts.
   *
   * One IAM action guards the whole API, so there is no narrower right: whoever may log may also delete runs.
   */
  callApi(grantee: iam.IGrantable): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions: CALL_MLFLOW_APP, resourceArns: [this.app.mlflowAppArn] });
  }

  /**
   * Logs runs with their artifacts: what a job needs. MLflow's client reads and writes artifacts in S3 by itself.
   */
  use(grantee: iam.IGrantable): iam.Grant {
    return this.callApi(grantee)
      .combine(this.artifacts.list(grantee))
      .combine(this.artifacts.read(grantee))
      .combine(this.artifacts.write(grantee));
  }
}
