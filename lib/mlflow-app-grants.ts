import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IMlflowApp } from './mlflow-app';
import { ObjectGrants } from './private/object-grants';
import { CALL_MLFLOW_APP, OPEN_MLFLOW_APP } from './private/perms';

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

  private constructor(private readonly app: IMlflowApp) {}

  /**
   * Calls the app's MLflow API: reads and writes runs, tags and models, without access to artifacts.
   *
   * One IAM action guards the whole API, so there is no narrower right: whoever may log may also delete runs.
   */
  callApi(grantee: iam.IGrantable): iam.Grant {
    return this.onApp(grantee, CALL_MLFLOW_APP);
  }

  /**
   * Logs runs with their artifacts: what a job needs. MLflow's client reads and writes artifacts in S3 by itself.
   *
   * Without a known artifact bucket it is no more than `callApi`.
   */
  use(grantee: iam.IGrantable): iam.Grant {
    const called = this.callApi(grantee);
    const { artifactBucket, artifactPrefix } = this.app;
    if (!artifactBucket) {
      Annotations.of(this.app).addWarningV2(
        'cdk-ml-lineage:MlflowApp.unknownArtifactBucket',
        'the artifact bucket of the app is not known, so that grants.use gives no right on artifacts; ' +
          'import the app with its attributes, or allow the artifacts yourself',
      );
      return called;
    }
    const artifacts = new ObjectGrants(artifactBucket, artifactPrefix);
    return called.combine(artifacts.list(grantee)).combine(artifacts.read(grantee)).combine(artifacts.write(grantee));
  }

  /**
   * Opens the app's pages in a browser, by `aws sagemaker create-presigned-mlflow-app-url` or the console.
   *
   * Whoever opens them can do there all that `callApi` allows. Listing the apps of an account is not part of it: that right
   * knows no single app.
   */
  openUi(grantee: iam.IGrantable): iam.Grant {
    return this.onApp(grantee, OPEN_MLFLOW_APP);
  }

  private onApp(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.app.mlflowAppArn] });
  }
}
