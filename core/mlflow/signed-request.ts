import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { pattern } from '../contract';

export interface MlflowApp {
  readonly arn: string;
  readonly region: string;
  readonly endpoint: URL;
}

/**
 * Where the MLflow API of an app is.
 *
 * @param customEndpoint another address, as AWS's own MLflow plug-in takes it from SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT
 * @see https://github.com/aws/sagemaker-mlflow
 */
export function locateMlflowApp(arn: string, customEndpoint?: string): MlflowApp {
  const region = pattern('mlflowAppArn').test(arn) ? arn.split(':')[3] : undefined;
  if (!region) {
    throw new Error(`the MLflow App must be given by its ARN, got ${JSON.stringify(arn)}`);
  }
  const endpoint = new URL(customEndpoint ?? `https://mlflow.sagemaker.${region}.app.aws`);
  if (endpoint.protocol !== 'https:') {
    throw new Error(`the MLflow endpoint must be https, got ${endpoint.protocol}//${endpoint.host}`);
  }
  return { arn, region, endpoint };
}

// the service name that apps verify; tracking servers take another one (`sagemaker-mlflow`) and another header.
const SIGNING_SERVICE = 'sagemaker';
const APP_HEADER = 'x-sm-mlflow-app-arn';

/**
 * Signs a request to the MLflow API of an app, body included.
 */
export async function signMlflowRequest(
  app: MlflowApp,
  credentials: AwsCredentialIdentityProvider,
  request: { method: string; path: string; query: Record<string, string>; body?: string },
): Promise<{ url: URL; headers: Record<string, string> }> {
  const signer = new SignatureV4({ service: SIGNING_SERVICE, region: app.region, credentials, sha256: Sha256 });
  const signed = await signer.sign(
    new HttpRequest({
      protocol: app.endpoint.protocol,
      hostname: app.endpoint.hostname,
      port: app.endpoint.port ? Number(app.endpoint.port) : undefined,
      method: request.method,
      path: request.path,
      query: request.query,
      headers: {
        host: app.endpoint.host,
        [APP_HEADER]: app.arn,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      body: request.body,
    }),
  );
  const url = new URL(request.path, app.endpoint);
  // the query goes out exactly as it was signed: URLSearchParams would write a space as `+`, the signature has `%20`.
  url.search = Object.entries(request.query)
    .map(([key, value]) => `${encodeRfc3986(key)}=${encodeRfc3986(value)}`)
    .join('&');
  return { url, headers: signed.headers };
}

function encodeRfc3986(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);
}
