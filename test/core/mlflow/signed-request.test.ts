import { locateMlflowApp, signMlflowRequest } from '../../../core/mlflow/signed-request';

const ARN = 'arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/app-EXAMPLE';
const SERVER = 'arn:aws:sagemaker:eu-west-1:111122223333:mlflow-tracking-server/team-a';
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' });

test('an app is found at the address of its region', () => {
  expect(locateMlflowApp(ARN).endpoint.href).toBe('https://mlflow.sagemaker.eu-west-1.app.aws/');
});

test('a tracking server is found at another address of its region', () => {
  expect(locateMlflowApp(SERVER).endpoint.href).toBe('https://eu-west-1.experiments.sagemaker.aws/');
});

test.each([
  'arn:aws:s3:::bucket',
  `${SERVER}-`,
  `${ARN}/x`,
  SERVER.replace('aws', 'aws-cn'),
  'https://mlflow.example.com',
])('fails on %j, which is no ARN of either', (arn) => {
  expect(() => locateMlflowApp(arn)).toThrow(
    `must be given by its ARN, or that of a tracking server, got ${JSON.stringify(arn)}`,
  );
});

test('fails on an endpoint without TLS', () => {
  expect(() => locateMlflowApp(ARN, 'http://127.0.0.1:5000')).toThrow(/must be https, got http:/);
});

test('the signature covers host, app, body and session, for the service that apps verify', async () => {
  const { headers } = await signMlflowRequest(locateMlflowApp(ARN), credentials, {
    method: 'POST',
    path: '/api/2.0/mlflow/runs/search',
    query: {},
    body: '{}',
  });
  expect(headers.authorization).toMatch(
    /Credential=AKIDEXAMPLE\/[0-9]{8}\/eu-west-1\/sagemaker\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-sm-mlflow-app-arn/,
  );
  expect(headers['x-sm-mlflow-app-arn']).toBe(ARN);
});

test('the signature for a tracking server is for the service that it verifies, and names it in its own header', async () => {
  const { headers } = await signMlflowRequest(locateMlflowApp(SERVER), credentials, {
    method: 'POST',
    path: '/api/2.0/mlflow/runs/search',
    query: {},
    body: '{}',
  });
  expect(headers.authorization).toMatch(
    /Credential=AKIDEXAMPLE\/[0-9]{8}\/eu-west-1\/sagemaker-mlflow\/aws4_request, SignedHeaders=content-type;host;x-amz-content-sha256;x-amz-date;x-amz-security-token;x-mlflow-sm-tracking-server-arn/,
  );
  expect(headers['x-mlflow-sm-tracking-server-arn']).toBe(SERVER);
  expect(headers).not.toHaveProperty('x-sm-mlflow-app-arn');
});

test('a query goes out as it was signed', async () => {
  const { url } = await signMlflowRequest(locateMlflowApp(ARN), credentials, {
    method: 'GET',
    path: '/api/2.0/mlflow/runs/get',
    query: { run_id: "a b+(c)'*" },
  });
  expect(url.search).toBe('?run_id=a%20b%2B%28c%29%27%2A');
});
