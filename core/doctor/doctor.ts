import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { KMS } from '@aws-sdk/client-kms';
import { S3Client } from '@aws-sdk/client-s3';
import { SageMakerClient } from '@aws-sdk/client-sagemaker';
import { SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import { addressesOf, type PlatformAddresses, readOutputs, type StackOutputs } from '../cloudformation/stack-outputs';
import { contract } from '../contract';
import { allowedRepositorySource } from '../git/repository-source';
import { MlflowClient } from '../mlflow/mlflow-client';
import { locateMlflowApp } from '../mlflow/signed-request';
import { secretReader } from '../secrets/secret-reader';
import { awsFailure } from './aws-failure';
import { type Check, type CheckGroup, failed, notChecked, ok } from './check';
import { AnswerClock } from './clock';
import { checkCheckout } from './dvc-checkout';
import { type ReaderOutputs, readerOutputsOf } from './reader-outputs';
import { rightsOf } from './reader-policy';
import { checkRights } from './rights';
import { checkMlflow, checkRepositories } from './services';
import { mlflowTries } from './try-mlflow';
import { s3Tries } from './try-s3';
import { sagemakerTries } from './try-sagemaker';
import { secretTries } from './try-secrets';
import { checkNode, checkVersion } from './versions';

export interface DoctorRequest {
  readonly stack: string;
  /** of the command that asks. */
  readonly version: string;
  /** a folder of a data repository; the working folder if absent. */
  readonly repository: string | undefined;
}

/**
 * Looks at everything that questions about a platform need, and changes nothing. What depends on something that failed is
 * not checked.
 */
export async function examine({ stack, version, repository }: DoctorRequest): Promise<Check[]> {
  const clock = new AnswerClock();
  const node = checkNode(process.versions.node);
  const account = await checkAccount(clock);
  const clockCheck = clock.check();
  const before = [node, clockCheck, ...account];
  if (account.some(({ outcome }) => outcome === 'failed')) {
    const why = 'nothing can be asked of AWS';
    return [...before, ...unchecked(why, ['stack', 'outputs'], ['stack', 'version']), ...withoutPlatform(why)];
  }
  const found = await tried(() => readOutputs(new CloudFormationClient(), stack));
  if (!found.ok) {
    const why = 'the outputs of the stack were not read';
    return [
      ...before,
      failed('stack', 'outputs', found.what, await toReadStack(stack, found)),
      ...unchecked(why, ['stack', 'version']),
      ...withoutPlatform(why),
    ];
  }
  const { checks, addresses, reader } = await checkOutputs(stack, version, found.value);
  const rights =
    reader && addresses
      ? await checkReader(reader, addresses)
      : withoutPlatform('the stack does not say enough of its platform').slice(0, 1);
  return [
    ...before,
    ...checks,
    ...rights,
    ...(addresses
      ? await checkServices(addresses)
      : unchecked(WITHOUT_ADDRESSES, ['services', 'MLflow'], ['services', 'Git'])),
    addresses
      ? await checkCheckout(repository, addresses.dvcRemoteUrl, process.cwd())
      : notChecked('data repository', 'DVC configuration', WITHOUT_ADDRESSES),
  ];
}

const WITHOUT_ADDRESSES = 'the stack does not say where its platform is';

async function checkAccount(clock: AnswerClock): Promise<Check[]> {
  const sts = new STSClient();
  clock.watch(sts);
  const region = await tried(() => sts.config.region());
  if (!region.ok) {
    return [
      failed('account', 'region', region.what, region.remedy),
      notChecked('account', 'credentials', 'without a region nobody can be asked'),
    ];
  }
  const caller = await tried(() => sts.send(new GetCallerIdentityCommand({})));
  return [
    ok('account', 'region', region.value),
    caller.ok
      ? ok('account', 'credentials', `${caller.value.Arn}, account ${caller.value.Account}`)
      : failed('account', 'credentials', caller.what, caller.remedy),
  ];
}

/** Of all rights this one cannot be told by the stack. */
async function toReadStack(stack: string, { isDenied, remedy }: Failed): Promise<string> {
  if (!isDenied) {
    return remedy;
  }
  const sts = new STSClient();
  const { Arn = '', Account } = await sts.send(new GetCallerIdentityCommand({}));
  const resource = `arn:${Arn.split(':')[1]}:cloudformation:${await sts.config.region()}:${Account}:stack/${stack}/*`;
  return `allow it: ${JSON.stringify({ Effect: 'Allow', Action: 'cloudformation:DescribeStacks', Resource: resource })}`;
}

async function checkOutputs(
  stack: string,
  version: string,
  outputs: StackOutputs,
): Promise<{ checks: Check[]; addresses: PlatformAddresses | undefined; reader: ReaderOutputs | undefined }> {
  const addresses = await tried(async () => addressesOf(stack, outputs));
  const reader = await tried(async () => readerOutputsOf(stack, outputs));
  const lacking = [addresses, reader].flatMap((read) => (read.ok ? [] : read.what));
  const redeploy = 'deploy the stack with the version of this command, and with addOutputs() of its LineagePlatform';
  return {
    checks: [
      lacking.length === 0
        ? ok('stack', 'outputs', 'all are there')
        : failed('stack', 'outputs', lacking.join('; '), redeploy),
      reader.ok
        ? checkVersion(version, reader.value.version)
        : notChecked('stack', 'version', 'the outputs do not tell it'),
    ],
    addresses: addresses.ok ? addresses.value : undefined,
    reader: reader.ok ? reader.value : undefined,
  };
}

function checkReader({ policy }: ReaderOutputs, { mlflowAppArn }: PlatformAddresses): Promise<Check[]> {
  const sagemaker = new SageMakerClient();
  return checkRights(rightsOf(policy), {
    ...s3Tries(new S3Client()),
    ...sagemakerTries(sagemaker),
    ...secretTries(new SecretsManagerClient(), new KMS()),
    ...mlflowTries(mlflowClient(mlflowAppArn, sagemaker), new Date()),
  });
}

async function checkServices({ mlflowAppArn, dataRepositories }: PlatformAddresses): Promise<Check[]> {
  const sagemaker = new SageMakerClient();
  const mlflow = mlflowClient(mlflowAppArn, sagemaker);
  const source = allowedRepositorySource(
    dataRepositories,
    secretReader(new SecretsManagerClient()),
    sagemaker.config.credentials,
  );
  return [
    await checkMlflow(appOf(mlflowAppArn), () => mlflow.experiments()),
    ...(await checkRepositories(dataRepositories, source)),
  ];
}

const appOf = (arn: string) => locateMlflowApp(arn, process.env[contract.jobEnvironment.mlflowEndpoint]);

function mlflowClient(arn: string, { config }: SageMakerClient): MlflowClient {
  return new MlflowClient(appOf(arn), config.credentials);
}

function withoutPlatform(why: string): Check[] {
  return unchecked(
    why,
    ['rights', 'all'],
    ['services', 'MLflow'],
    ['services', 'Git'],
    ['data repository', 'DVC configuration'],
  );
}

function unchecked(why: string, ...checks: [group: CheckGroup, name: string][]): Check[] {
  return checks.map(([group, name]) => notChecked(group, name, why));
}

interface Failed {
  readonly ok: false;
  readonly what: string;
  readonly remedy: string;
  readonly isDenied: boolean;
}
type Tried<T> = { readonly ok: true; readonly value: T } | Failed;

async function tried<T>(ask: () => Promise<T>): Promise<Tried<T>> {
  try {
    return { ok: true, value: await ask() };
  } catch (error) {
    const failure = awsFailure(error);
    const what = failure?.what ?? (error instanceof Error ? error.message : String(error));
    return {
      ok: false,
      what,
      remedy: failure?.remedy ?? 'mend what it says, and ask again',
      isDenied: failure?.kind === 'denied',
    };
  }
}
