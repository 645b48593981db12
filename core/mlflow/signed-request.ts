import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { AwsCredentialIdentityProvider } from '@smithy/types';
import { pattern } from '../contract';

export interface MlflowApp {
  readonly arn: string;
  readonly region: string;
  readonly endpoint: URL;
  /** the service whose signature is verified. */
  readonly signingService: string;
  /** the header that names the app. */
  readonly arnHeader: string;
}

interface Kind {
  readonly signingService: string;
  readonly arnHeader: string;
  hostIn(region: string): string;
}

const MLFLOW_APP: Kind = {
  signingService: 'sagemaker',
  arnHeader: 'x-sm-mlflow-app-arn',
  hostIn: (region) => `mlflow.sagemaker.${region}.app.aws`,
};
const TRACKING_SERVER: Kind = {
  signingService: 'sagemaker-mlflow',
  arnHeader: 'x-mlflow-sm-tracking-server-arn',
  hostIn: (region) => `${region}.experiments.sagemaker.aws`,
};

/**
 * Where the MLflow API of an app or a tracking server is, and how it is called.
 *
 * @param customEndpoint another address, as AWS's own MLflow plug-in takes it from SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT
 * @see https://github.com/aws/sagemaker-mlflow
 */
export function locateMlflowApp(arn: string, customEndpoint?: string): MlflowApp {
  const region = pattern('mlflowAppArn').test(arn) ? arn.split(':')[3] : undefined;
  if (!region) {
    throw new Error(
      `the MLflow App must be given by its ARN, or that of a tracking server, got ${JSON.stringify(arn)}`,
    );
  }
  const { signingService, arnHeader, hostIn } = arn.includes(':mlflow-tracking-server/') ? TRACKING_SERVER : MLFLOW_APP;
  const endpoint = new URL(customEndpoint ?? `https://${hostIn(region)}`);
  if (endpoint.protocol !== 'https:') {
    throw new Error(`the MLflow endpoint must be https, got ${endpoint.protocol}//${endpoint.host}`);
  }
  return { arn, region, endpoint, signingService, arnHeader };
}

/**
 * Signs a request to the MLflow API of an app, body included.
 */
export async function signMlflowRequest(
  app: MlflowApp,
  credentials: AwsCredentialIdentityProvider,
  request: { method: string; path: string; query: Record<string, string>; body?: string },
): Promise<{ url: URL; headers: Record<string, string> }> {
  const signer = new SignatureV4({ service: app.signingService, region: app.region, credentials, sha256: Sha256 });
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
        [app.arnHeader]: app.arn,
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
