import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { CloudWatchLogsClient } from '@aws-sdk/client-cloudwatch-logs';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { SQSClient } from '@aws-sdk/client-sqs';
import { MlflowClient } from '../../core/mlflow/mlflow-client';
import { locateMlflowApp } from '../../core/mlflow/signed-request';

export type SandboxEnvironment = Readonly<Record<string, string>>;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * Clients that reach one sandbox, as the root user of its account unless they are given other credentials.
 *
 * The process has to trust the sandbox's certificate, by NODE_EXTRA_CA_CERTS from its start on.
 */
export function awsClients(environment: SandboxEnvironment, session?: Credentials) {
  const read = (name: string): string => {
    const value = environment[name];
    if (!value) {
      throw new Error(`the sandbox's environment has no ${name}`);
    }
    return value;
  };
  const credentials: Credentials = session ?? {
    accessKeyId: read('AWS_ACCESS_KEY_ID'),
    secretAccessKey: read('AWS_SECRET_ACCESS_KEY'),
  };
  const options = { region: read('AWS_REGION'), endpoint: read('AWS_ENDPOINT_URL'), credentials };
  return {
    cloudFormation: new CloudFormationClient(options),
    cloudWatchLogs: new CloudWatchLogsClient(options),
    eventBridge: new EventBridgeClient(options),
    kms: new KMS(options),
    s3: new S3Client(options),
    secretsManager: new SecretsManagerClient(options),
    sqs: new SQSClient(options),
    sagemaker: new SageMakerClient({ ...options, endpoint: read('AWS_ENDPOINT_URL_SAGEMAKER') }),
    mlflow: (appArn: string) =>
      new MlflowClient(locateMlflowApp(appArn, read('SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT')), async () => credentials),
  };
}
export type AwsClients = ReturnType<typeof awsClients>;
