import { Annotations } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IMlflowApp } from './mlflow-app';
import { ObjectGrants } from './private/object-grants';
import {
  CALL_MLFLOW_APP,
  CALL_TRACKING_SERVER,
  LOG_TO_TRACKING_SERVER,
  OPEN_MLFLOW_APP,
  OPEN_TRACKING_SERVER,
  READ_TRACKING_SERVER,
} from './private/perms';

/**
 * Grants on a SageMaker MLflow App, or on a tracking server in its place.
 */
export class MlflowAppGrants {
  /**
   * Grants for an app, new or imported.
   */
  static fromMlflowApp(app: IMlflowApp): MlflowAppGrants {
    return new MlflowAppGrants(app, CALL_MLFLOW_APP, CALL_MLFLOW_APP, CALL_MLFLOW_APP, OPEN_MLFLOW_APP);
  }

  /**
   * Grants for a tracking server that was imported in the place of an app.
   */
  static fromTrackingServer(server: IMlflowApp): MlflowAppGrants {
    return new MlflowAppGrants(
      server,
      READ_TRACKING_SERVER,
      CALL_TRACKING_SERVER,
      LOG_TO_TRACKING_SERVER,
      OPEN_TRACKING_SERVER,
    );
  }

  private constructor(
    private readonly app: IMlflowApp,
    private readonly reading: string[],
    private readonly calling: string[],
    private readonly logging: string[],
    private readonly opening: string[],
  ) {}

  /**
   * Follows runs, logged models and model versions by the MLflow API, without access to artifacts.
   *
   * On an app it is the right to do all that its API does, because one IAM action guards it; a tracking server has narrower
   * ones.
   */
  read(grantee: iam.IGrantable): iam.Grant {
    return this.onApp(grantee, this.reading);
  }

  /**
   * Calls the app's MLflow API as the functions of this library do: reads runs, registers models and writes tags, without
   * access to artifacts.
   *
   * One IAM action guards the whole API of an app, so there is no narrower right: whoever may log may also delete runs. A
   * tracking server has an action for each call; what nobody here calls is not allowed on it.
   */
  callApi(grantee: iam.IGrantable): iam.Grant {
    return this.onApp(grantee, this.calling);
  }

  /**
   * Logs runs with their artifacts: what a job needs. MLflow's client reads and writes artifacts in S3 by itself.
   *
   * Without a known artifact bucket it gives no right on artifacts, and warns.
   */
  use(grantee: iam.IGrantable): iam.Grant {
    const logged = this.onApp(grantee, this.logging);
    const { artifactBucket, artifactPrefix } = this.app;
    if (!artifactBucket) {
      Annotations.of(this.app).addWarningV2(
        'cdk-ml-lineage:MlflowApp.unknownArtifactBucket',
        'the artifact bucket of the app is not known, so that grants.use gives no right on artifacts; ' +
          'import the app with its attributes, or allow the artifacts yourself',
      );
      return logged;
    }
    const artifacts = new ObjectGrants(artifactBucket, artifactPrefix);
    return logged.combine(artifacts.list(grantee)).combine(artifacts.read(grantee)).combine(artifacts.write(grantee));
  }

  /**
   * Opens the app's pages in a browser, by `aws sagemaker create-presigned-mlflow-app-url` or the console.
   *
   * Whoever opens those of an app can do there all that its API does. Listing the apps of an account is not part of it: that right
   * knows no single app.
   */
  openUi(grantee: iam.IGrantable): iam.Grant {
    return this.onApp(grantee, this.opening);
  }

  private onApp(grantee: iam.IGrantable, actions: string[]): iam.Grant {
    return iam.Grant.addToPrincipal({ grantee, actions, resourceArns: [this.app.mlflowAppArn] });
  }
}
