import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DescribeTrainingJobCommand, type DescribeTrainingJobResponse } from '@aws-sdk/client-sagemaker';
import { contract } from '../../core/contract';
import { kmsSigner } from '../../core/kms/kms-signer';
import { s3EvidenceReader } from '../../core/s3/evidence-reader';
import { type Chain, linksOf } from '../../core/trace/link';
import { TraceReport } from '../../core/trace/trace-report';
import { Sandbox } from '../../sandbox/instance';
import { environmentDirectory, projectRoot } from '../../sandbox/project-paths';
import {
  attachModel,
  deployModel,
  makeEndpointOfComponents,
  makeModel,
  transformWith,
} from '../../sandbox/walk/deployed-model';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import {
  deployPipelineWalk,
  type FinishedExecution,
  type PipelineWalk,
  pipelineStackName,
  putRawData,
  runOfExecution,
  runPipeline,
} from '../../sandbox/walk/pipeline-walk';
import { finish, runProgram } from '../../sandbox/walk/run-program';
import { sampleDataset } from '../../sandbox/walk/sample-data';
import { installPackage } from '../installed-package';
import { setAlias } from './call-mlflow';
import { DrawnGraph } from './drawn-graph';

jest.setTimeout(240_000);

const PLATFORM = 'neurology';
const PYTHON = join(environmentDirectory('jobs'), 'bin', 'python');

interface Oracle {
  readonly commit: string;
  readonly datasets: { path: string; md5: string; objects: { relpath: string; md5: string }[] }[];
}

let sandbox: Sandbox;
let walk: PipelineWalk;
let execution: FinishedExecution;
let runId: string;
let trusted: string;
let oracle: Oracle;
let job: DescribeTrainingJobResponse;

function oracleEnvironment(): NodeJS.ProcessEnv {
  const environment = sandbox.processEnvironment();
  const credentials = Buffer.from(`x-token-auth:${sandbox.gitToken}`).toString('base64');
  return {
    ...environment,
    PATH: `${join(environmentDirectory('jobs'), 'bin')}:${environment.PATH}`,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_KEY_0: 'http.extraHeader',
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${credentials}`,
    MLFLOW_TRACKING_URI: walk.outputs.MlflowAppArn,
  };
}

function oracleSays<T>(program: string, ...args: string[]): Promise<T> {
  const path = join(projectRoot, 'test', 'oracle', program);
  return runProgram(PYTHON, [path, ...args], { environment: oracleEnvironment() }).then(
    (text) => JSON.parse(text) as T,
  );
}

function runTrace(...args: string[]) {
  return finish(
    join(projectRoot, 'assets', 'ml-lineage.cjs'),
    ['trace', ...args, '--stack', pipelineStackName(PLATFORM)],
    { environment: sandbox.processEnvironment() },
  );
}

async function trace(...args: string[]): Promise<{ report: TraceReport; code: number | string }> {
  const { output, errors, code } = await runTrace(...args, '--json', '--objects', '100000', '--trust', trusted);
  expect(errors).toBe('');
  return { report: TraceReport.parse(JSON.parse(output)), code };
}

async function waitForStatement(kind: string, name: string): Promise<void> {
  await eventually(`a statement about the ${kind} ${name}`, 90, async () => {
    const reader = s3EvidenceReader(walk.aws.s3, walk.outputs.EvidenceBucketName);
    for await (const { key } of reader.versions(`${PLATFORM}/${kind}/${name}/`)) {
      return key;
    }
    return undefined;
  });
}

const modelUri = () => job.ModelArtifacts?.S3ModelArtifacts ?? '';

/** Waits until SageMaker's lineage graph leads from the dataset to the training job. */
async function waitForGraph(): Promise<void> {
  const graph = new DrawnGraph(walk.aws.sagemaker);
  const component = await graph.componentOf(job.TrainingJobArn ?? '');
  const { md5 } = oracle.datasets[0] as { md5: string };
  await eventually('an edge from the dataset to the job', 150, async () => {
    const [artifact] = await graph.artifactsOf(objectOf(md5));
    const edge = `${artifact?.ArtifactArn} ContributedTo ${component}`;
    return (await graph.edges()).includes(edge) || undefined;
  });
}

const objectOf = (md5: string) => `${walk.outputs.DvcRemoteUrl}/files/md5/${md5.slice(0, 2)}/${md5.slice(2)}`;

const packageSubject = () => {
  const [group, version] = (execution.modelPackageArn ?? '').split(':model-package/')[1]?.split('/') ?? [];
  return `model-package/${group}/${version}`;
};

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'e2e-trace' });
  const environment = sandbox.processEnvironment();
  await bootstrapAccount(environment);
  walk = await deployPipelineWalk(sandbox, PLATFORM);
  trusted = (await kmsSigner(walk.aws.kms, walk.outputs.SigningKeyArn)).keyid;
  execution = await runPipeline(walk, 'v1', await putRawData(walk, 'small', await sampleDataset(environment, 100)));
  runId = (await runOfExecution(walk, execution)).id;
  job = await walk.aws.sagemaker.send(new DescribeTrainingJobCommand({ TrainingJobName: execution.trainingJobName }));
  await makeModel(walk.aws, 'honest', modelUri());
  await deployModel(walk.aws, 'Serving', 'honest');
  await transformWith(walk.aws, 'Batch', 'honest');
  await setAlias(sandbox, walk.outputs.MlflowAppArn, { name: 'diagnosis', alias: 'champion', version: '1' });
  await waitForStatement('endpoint', 'Serving');
  await waitForStatement('transform-job', 'Batch');
  await waitForStatement('model-package', packageSubject().split('/').slice(1).join('.'));
  oracle = await oracleSays<Oracle>('data_commit.py', walk.repository.url, execution.revision);
  await waitForGraph();
}, 480_000);

afterAll(async () => {
  await sandbox?.stop();
});

function objectsOf({ datasets }: TraceReport) {
  const unique = new Map(datasets.map((dataset) => [`${dataset.path}@${dataset.md5}`, dataset]));
  return [...unique.values()]
    .map(({ path, md5, objects }) => ({
      path,
      md5,
      objects: (objects?.first ?? []).map(({ key, relpath }) => ({
        relpath,
        md5: key.split('/').slice(-2).join(''),
      })),
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

const asOracle = () =>
  oracle.datasets.map(({ path, md5, objects }) => ({
    path,
    md5,
    objects: objects.map(({ relpath, md5: name }) => ({ relpath, md5: name })),
  }));

test.each<[what: string, subject: () => string]>([
  ['an endpoint', () => 'endpoint/Serving'],
  ['a batch transform job', () => 'transform-job/Batch'],
  ['a model', () => 'model/honest'],
  ['a model package', packageSubject],
  ['the ARN of a model package', () => execution.modelPackageArn ?? ''],
  ['a model version', () => 'models:/diagnosis/1'],
  ['an alias', () => 'models:/diagnosis@champion'],
  ['a run', () => runId],
  ['a training job', () => `training-job/${execution.trainingJobName}`],
])('%s leads to the objects that git and DVC name, and is verified', async (_what, subject) => {
  const { report, code } = await trace(subject());
  const links = linksOf(report.chain as unknown as Chain);
  expect(links.filter(({ outcome }) => outcome !== 'agrees')).toEqual([]);
  expect(links.filter(({ kind }) => kind === 'data commit').map(({ value }) => value)).toEqual([oracle.commit]);
  expect(objectsOf(report)).toEqual(asOracle());
  expect(report).toMatchObject({ status: 'verified', assurance: 'attested' });
  expect(code).toBe(0);
});

test.each<[what: string, subject: () => string]>([
  ['a data commit', () => oracle.commit],
  ['a data revision', () => `revision/${execution.revision}`],
  [
    'an object',
    () => {
      const { md5 } = (oracle.datasets[0] as Oracle['datasets'][0]).objects[0] as { md5: string };
      return objectOf(md5);
    },
  ],
  ['the listing of a dataset', () => objectOf((oracle.datasets[0] as { md5: string }).md5)],
])(
  '%s leads forward to the run, the version, the package and the endpoint, and is no proof of absence',
  async (_what, subject) => {
    const { report, code } = await trace(subject());
    const links = linksOf(report.chain as unknown as Chain);
    const values = (kind: string) => links.filter((link) => link.kind === kind).map(({ value }) => value);
    expect(links.filter(({ outcome }) => outcome !== 'agrees' && outcome !== 'not-compared')).toEqual([]);
    expect(values('run')).toContain(runId);
    expect(values('model version')).toContain('diagnosis version 1');
    expect(values('endpoint').map((arn) => arn.split('/').at(-1))).toContain('serving');
    expect(values('model package')).toContain(execution.modelPackageArn);
    expect(values('data commit')).toContain(oracle.commit);
    // MLflow and SageMaker's lineage graph both know of the job.
    expect(
      links.filter(({ kind }) => kind === 'given to').map(({ value, outcome }) => [value, outcome]),
    ).toContainEqual([execution.trainingJobName, 'agrees']);
    expect(report.status).toBe('recorded');
    expect(code).toBe(2);
  },
);

test("MLflow's own client names the same run and data commit for the version and the alias", async () => {
  const said = { version: '1', runId, dataCommit: oracle.commit };
  await expect(oracleSays('model_version.py', 'diagnosis', '1')).resolves.toEqual(said);
  await expect(oracleSays('model_version.py', 'diagnosis', '@champion')).resolves.toEqual(said);
});

test('without a trusted key nothing is verified, and people read in a terminal of 100 columns what is left open', async () => {
  const { output, code } = await runTrace('models:/diagnosis/1', '--forward');
  expect(output).toMatch(/^evidence .*\n +\? +not read: name the keys that you trust with --trust$/m);
  expect(output).toMatch(/^status +recorded, assurance attested$/m);
  expect(code).toBe(2);
});

test.each([
  ['endpoint/unknown', 'endpoint-not-found'],
  ['models:/diagnosis/99', 'model-version-not-found'],
  ['models:/diagnosis@nobody', 'alias-not-found'],
  ['0123456789abcdef0123456789abcdef', 'run-not-found'],
  ['model/unknown', 'model-not-found'],
  ['model-package/unknown/1', 'model-package-not-found'],
  ['transform-job/unknown', 'transform-job-not-found'],
  ['training-job/unknown', 'training-job-not-found'],
  ['revision/unknown', 'data-revision-not-found'],
  ['f'.repeat(40), 'data-commit-not-found'],
])('%s is told as %s', async (subject, problem) => {
  const { report, code } = await trace(subject);
  expect(linksOf(report.chain as unknown as Chain).map((link) => link.problem)).toContain(problem);
  expect([report.status, code]).toEqual(['unresolved', 2]);
});

test('the API of the installed package answers what the command line writes, as whom and where it is told', async () => {
  const {
    AWS_ACCESS_KEY_ID,
    AWS_SECRET_ACCESS_KEY,
    AWS_SESSION_TOKEN,
    AWS_REGION,
    AWS_DEFAULT_REGION,
    ...environment
  } = sandbox.processEnvironment();
  const script = `import { readPlatform, trace, verifyEvidence } from 'cdk-ml-lineage/core';
const { stack, access, subject, job, trust } = JSON.parse(process.argv[1]);
const { region, ...credentials } = access;
const platform = await readPlatform(stack, { region, credentials: async () => credentials });
const traced = await trace(platform, subject, { trust, forward: true, objects: 3 });
const evidence = await verifyEvidence(platform, job, { trust });
console.log(JSON.stringify({ platform, traced, evidence }));`;
  const access = {
    region: AWS_REGION ?? AWS_DEFAULT_REGION,
    accessKeyId: AWS_ACCESS_KEY_ID,
    secretAccessKey: AWS_SECRET_ACCESS_KEY,
    ...(AWS_SESSION_TOKEN && { sessionToken: AWS_SESSION_TOKEN }),
  };
  const stack = pipelineStackName(PLATFORM);
  const job = execution.trainingJobName ?? '';
  const told = JSON.stringify({ stack, access, subject: 'models:/diagnosis/1', job, trust: [trusted] });
  const scratch = mkdtempSync(join(tmpdir(), 'api-'));
  try {
    const args = ['--no-warnings', '--input-type=module', '--eval', script, told];
    const answered = JSON.parse(
      await runProgram(process.execPath, args, { cwd: installPackage(scratch), environment }),
    ) as Record<'platform' | 'traced' | 'evidence', object>;
    const commandLine = async (...words: string[]) =>
      JSON.parse(
        await runProgram(
          join(projectRoot, 'assets', 'ml-lineage.cjs'),
          [...words, '--stack', stack, '--json', '--trust', trusted],
          { environment: sandbox.processEnvironment() },
        ),
      );
    expect(answered.platform).toMatchObject({ stackName: stack, name: PLATFORM, region: access.region });
    expect(answered.traced).toMatchObject({ status: 'recorded', assurance: 'attested' });
    const { code, output } = await runTrace(
      ...['models:/diagnosis/1', '--forward', '--objects', '3', '--json', '--trust', trusted],
    );
    expect(code).toBe(2);
    expect(answered.traced).toEqual(JSON.parse(output));
    expect(answered.evidence).toMatchObject({ result: 'verified' });
    expect(answered.evidence).toEqual(await commandLine('evidence', 'show', job));
  } finally {
    rmSync(scratch, { recursive: true });
  }
});

describe('an endpoint of inference components', () => {
  beforeAll(async () => {
    const tags = { [contract.jobTags.platform]: PLATFORM };
    await makeEndpointOfComponents(walk.aws, 'Attached', job.RoleArn ?? '', tags);
    await attachModel(walk.aws, 'Attached', 'By-Model', { ModelName: 'honest' });
    const Image = '763104351884.dkr.ecr.us-east-1.amazonaws.com/pytorch-inference:2.6.0-cpu-py312';
    await attachModel(walk.aws, 'Attached', 'By-Artifact', { Container: { Image, ArtifactUrl: modelUri() } });
    await waitForStatement('endpoint', 'Attached');
  }, 120_000);

  test('leads by each of them to the objects that git and DVC name, and is not verified: nothing is stated of them', async () => {
    const { report, code } = await trace('endpoint/Attached');
    const links = linksOf(report.chain as unknown as Chain);
    const components = links.filter(({ kind }) => kind === 'inference component');
    expect(components.map(({ value }) => value.split('/').at(-1)).sort()).toEqual(['by-artifact', 'by-model']);
    expect(links.filter(({ kind }) => kind === 'model bytes').map(({ outcome }) => outcome)).toEqual([
      'agrees',
      'agrees',
    ]);
    expect(objectsOf(report)).toEqual(asOracle());
    expect(new Set(links.flatMap(({ problem }) => problem ?? []))).toEqual(
      new Set(['component-not-stated', 'evidence-unresolved', 'variants-differ']),
    );
    expect([report.status, code]).toEqual(['unresolved', 2]);
  });

  test('is found from the data that its models were given', async () => {
    const { report } = await trace(oracle.commit);
    const endpoints = linksOf(report.chain as unknown as Chain).filter(({ kind }) => kind === 'endpoint');
    expect(endpoints.map(({ value }) => value.split('/').at(-1)).sort()).toEqual(['attached', 'serving']);
  });
});
