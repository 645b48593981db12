import { dirname, join } from 'node:path';
import { dataDirectory, type InstanceState } from './instance-state';
import { environmentDirectory } from './project-paths';

/** The root user's secret key; its key id is the number of the account. */
const SECRET_ACCESS_KEY = 'sandbox';

/** More than a pipeline and its deployments make; what is left out beyond is said in the last line. */
const RECORDED_CALLS = 20_000;

const LOOPBACK = '127.0.0.1,localhost';

export const instanceTlsDirectory = (state: InstanceState) => join(state.directory, 'tls');
export const authorityFile = (state: InstanceState) => join(instanceTlsDirectory(state), 'ca.pem');
// a real file: aiobotocore, and so DVC, refuses /dev/null as "not found".
export const emptyConfigFile = (state: InstanceState) => join(state.directory, 'aws-config');
export const callRecordFile = (state: InstanceState) => join(dataDirectory(state.directory), 'calls.jsonl');
export const loopbackUrl = (port: number) => `https://127.0.0.1:${port}`;

/** What any client needs to meet this AWS instead of another: SDKs, the AWS CLI, CDK, MLflow, DVC, git. */
export function clientEnvironment(state: InstanceState): Record<string, string> {
  const authority = authorityFile(state);
  return {
    AWS_ENDPOINT_URL: loopbackUrl(state.ports.emulator),
    AWS_ENDPOINT_URL_SAGEMAKER: loopbackUrl(state.ports.sagemaker),
    SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT: loopbackUrl(state.ports.mlflow),
    AWS_REGION: state.region,
    AWS_DEFAULT_REGION: state.region,
    AWS_ACCESS_KEY_ID: state.account,
    AWS_SECRET_ACCESS_KEY: SECRET_ACCESS_KEY,
    // files of the user name other credentials and endpoints, and the metadata service is asked where none are found.
    AWS_CONFIG_FILE: emptyConfigFile(state),
    AWS_SHARED_CREDENTIALS_FILE: emptyConfigFile(state),
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_CA_BUNDLE: authority,
    REQUESTS_CA_BUNDLE: authority,
    SSL_CERT_FILE: authority,
    NODE_EXTRA_CA_CERTS: authority,
    GIT_SSL_CAINFO: authority,
    NO_PROXY: LOOPBACK,
    no_proxy: LOOPBACK,
  };
}

const isForeign = (name: string) => /^(AWS|MLFLOW|SAGEMAKER|SANDBOX)_/.test(name) || name === 'CURL_CA_BUNDLE';

/** A whole environment for a client, in which nothing is left that speaks of another AWS. */
export function clientProcessEnvironment(state: InstanceState, base: NodeJS.ProcessEnv): Record<string, string> {
  const kept = Object.entries(base).filter(([name, value]) => value !== undefined && !isForeign(name));
  return { ...(Object.fromEntries(kept) as Record<string, string>), ...clientEnvironment(state) };
}

// the machine's own settings for git, Python and Node must not change what the servers do.
const isPassedToServers = (name: string) =>
  ['HOME', 'USER', 'LANG', 'TMPDIR', 'TZ', 'LD_LIBRARY_PATH'].includes(name) || /^(LC|PIP|UV)_/.test(name);

/** The environment of the instance's own processes; deployed functions inherit the emulator's. */
export function serverEnvironment(
  state: InstanceState,
  base: NodeJS.ProcessEnv,
  { recordCalls = false } = {},
): Record<string, string> {
  const kept = Object.entries(base).filter(([name, value]) => value !== undefined && isPassedToServers(name));
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    // functions run on the node that runs this.
    PATH: `${dirname(process.execPath)}:${base.PATH ?? ''}`,
    PYTHONUNBUFFERED: '1',
    ...clientEnvironment(state),
    SANDBOX_DIRECTORY: dataDirectory(state.directory),
    SANDBOX_TLS_DIRECTORY: instanceTlsDirectory(state),
    SANDBOX_ACCOUNT: state.account,
    SANDBOX_REGION: state.region,
    SANDBOX_EMULATOR_PORT: String(state.ports.emulator),
    SANDBOX_SAGEMAKER_PORT: String(state.ports.sagemaker),
    SANDBOX_MLFLOW_PORT: String(state.ports.mlflow),
    SANDBOX_GIT_PORT: String(state.ports.git),
    SANDBOX_GIT_TOKEN: state.gitToken,
    SANDBOX_JOBS_ENVIRONMENT: environmentDirectory('jobs'),
    SANDBOX_MLFLOW_ENVIRONMENT: environmentDirectory('mlflow'),
    ...(recordCalls && { SANDBOX_RECORDED_CALLS: String(RECORDED_CALLS) }),
  };
}
