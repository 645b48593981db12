import { locateMlflowApp, signMlflowRequest } from '../../../core/mlflow/signed-request';

const ARN = 'arn:aws:sagemaker:eu-west-1:111122223333:mlflow-app/app-EXAMPLE';
const credentials = async () => ({ accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'token' });

test('an app is found at the address of its region', () => {
  expect(locateMlflowApp(ARN).endpoint.href).toBe('https://mlflow.sagemaker.eu-west-1.app.aws/');
});

test('fails on an ARN that is none', () => {
  expect(() => locateMlflowApp('arn:aws:s3:::bucket')).toThrow(/must be given by its ARN, got "arn:aws:s3:::bucket"/);
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

test('a query goes out as it was signed', async () => {
  const { url } = await signMlflowRequest(locateMlflowApp(ARN), credentials, {
    method: 'GET',
    path: '/api/2.0/mlflow/runs/get',
    query: { run_id: "a b+(c)'*" },
  });
  expect(url.search).toBe('?run_id=a%20b%2B%28c%29%27%2A');
});
