import { join } from 'node:path';
import { CreateStackCommand, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { parseRemoteUrl } from '../../core/dvc/remote-layout';
import { type Chain, linksOf } from '../../core/trace/link';
import { TraceReport } from '../../core/trace/trace-report';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { sessionOfRole } from '../../sandbox/walk/deployed-role';
import { stackNameOf } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { readComplaints } from '../../sandbox/walk/local-sagemaker';
import { type Finished, finish } from '../../sandbox/walk/run-program';
import { FaultProxy } from '../soak/fault-proxy';
import { certificateOf } from '../soak/https';
import { type BrokenEstate, breakEstate, ESCAPES, PLATFORM, STRANGE } from './broken-estate';
import { setAlias } from './call-mlflow';

jest.setTimeout(240_000);

/** nothing listens there. */
const NOBODY = 'https://127.0.0.1:1';
// what moves the cursor, colours, or turns the reading direction; a line feed ends a line.
const CONTROL = /(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}\u2028\u2029]/u;

let sandbox: Sandbox;
let gitProxy: FaultProxy;
let mlflowProxy: FaultProxy;
let estate: BrokenEstate;

function proxyTo(upstream: string): Promise<FaultProxy> {
  const certificate = certificateOf(sandbox);
  return FaultProxy.start({ upstream, certificate, writes: () => undefined, afterWrite: () => false });
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'trace-broken' });
  gitProxy = await proxyTo(sandbox.endpoints.git);
  mlflowProxy = await proxyTo(sandbox.endpoints.mlflow);
  estate = await breakEstate(sandbox, gitProxy.url);
}, 480_000);

afterAll(async () => {
  await gitProxy?.stop();
  await mlflowProxy?.stop();
  await sandbox?.stop();
});

function run(
  subject: string,
  args: readonly string[],
  change: Readonly<Record<string, string>> = {},
): Promise<Finished> {
  const environment = { ...sandbox.processEnvironment(), ...change };
  const program = join(projectRoot, 'assets', 'ml-lineage.cjs');
  return finish(program, ['trace', subject, '--stack', stackNameOf(PLATFORM), ...args], { environment });
}

async function trace(subject: string, change: Readonly<Record<string, string>> = {}) {
  const { output, errors, code } = await run(
    subject,
    ['--json', '--objects', '100', '--trust', estate.trusted],
    change,
  );
  expect(errors).toBe('');
  expect(output).not.toMatch(CONTROL);
  const report = TraceReport.parse(JSON.parse(output));
  return { report, code, links: linksOf(report.chain as unknown as Chain) };
}

const CODES = { verified: 0, conflict: 1, recorded: 2, unresolved: 2 } as const;

test('control: what is sound has every link, and is only not compared with what only our toolkit says', async () => {
  const { report, links, code } = await trace('training-job/honest');
  expect(links.filter(({ outcome }) => outcome !== 'agrees' && outcome !== 'not-compared')).toEqual([]);
  expect(links.find(({ kind }) => kind === 'data commit')?.value).toBe(estate.commit);
  expect([report.status, code]).toEqual(['recorded', 2]);
});

interface Expected {
  readonly problem: string;
  readonly status: 'conflict' | 'unresolved';
  readonly told: RegExp;
}

test.each<[what: string, subject: () => string, expected: Expected]>([
  [
    'an endpoint that never was',
    () => 'endpoint/Unknown',
    { problem: 'endpoint-not-found', status: 'unresolved', told: /^SageMaker has no such endpoint any more$/ },
  ],
  [
    'an endpoint that was deleted',
    () => 'endpoint/Deleted',
    { problem: 'endpoint-not-found', status: 'unresolved', told: /^SageMaker has no such endpoint any more$/ },
  ],
  [
    'an endpoint whose variants have different models',
    () => 'endpoint/Both',
    {
      problem: 'variants-differ',
      status: 'unresolved',
      told: /^2 variants serve 2 models, and each model has a chain/,
    },
  ],
  [
    'a run that never was',
    () => '0123456789abcdef0123456789abcdef',
    { problem: 'run-not-found', status: 'unresolved', told: /^MLflow has no such run$/ },
  ],
  [
    'a run that was deleted',
    () => estate.runs.deleted,
    { problem: 'run-deleted', status: 'unresolved', told: /^it is deleted in MLflow, and can be restored until/ },
  ],
  [
    'a run that was erased',
    () => estate.runs.erased,
    { problem: 'run-not-found', status: 'unresolved', told: /^MLflow has no such run$/ },
  ],
  [
    'a run without tags',
    () => estate.runs.untagged,
    { problem: 'run-without-tags', status: 'unresolved', told: /^it has no tags of lineage: / },
  ],
  [
    'a run whose tag names a statement of a job without any',
    () => estate.runs.unstated,
    {
      problem: 'tag-without-evidence',
      status: 'unresolved',
      told: /^nothing is stated about it, although its tag names neurology\/training-job\/foreign\//,
    },
  ],
  [
    'a run whose tag names a statement that is none of its job',
    () => estate.runs.forged,
    {
      problem: 'tag-without-evidence',
      status: 'conflict',
      told: /the tag names .*\/000009\.json.*, which is none of them$/,
    },
  ],
  [
    'a run that names two jobs',
    () => estate.runs.ofTwoJobs,
    { problem: 'run-of-two-jobs', status: 'conflict', told: /^it names two training jobs$/ },
  ],
  [
    'a version that never was',
    () => `models:/${STRANGE.model}/99`,
    { problem: 'model-version-not-found', status: 'unresolved', told: /^MLflow's registry has no such version$/ },
  ],
  [
    'a version that was deleted',
    () => 'models:/removed/1',
    { problem: 'model-version-not-found', status: 'unresolved', told: /^MLflow's registry has no such version$/ },
  ],
  [
    'a version without a run',
    () => `models:/${STRANGE.model}/2`,
    { problem: 'model-version-without-run', status: 'unresolved', told: /^MLflow's registry names no run for it$/ },
  ],
  [
    'an alias that never was',
    () => `models:/${STRANGE.model}@nobody`,
    { problem: 'alias-not-found', status: 'unresolved', told: /^MLflow's registry has no such alias$/ },
  ],
  [
    'an alias that was moved to a version without a run',
    () => `models:/${STRANGE.model}@moved`,
    { problem: 'model-version-without-run', status: 'unresolved', told: /^MLflow's registry names no run for it$/ },
  ],
  [
    'a job whose data revision is gone',
    () => 'training-job/of-gone',
    { problem: 'data-revision-not-found', status: 'unresolved', told: / has no tag "gone"$/ },
  ],
  [
    'a data revision that is gone',
    () => 'revision/gone',
    {
      problem: 'data-revision-not-found',
      status: 'unresolved',
      told: /^no data repository of the platform has a tag of this name$/,
    },
  ],
  [
    'a job of which an object is deleted',
    () => 'training-job/of-deleted',
    {
      problem: 'object-not-found',
      status: 'unresolved',
      told: /^data: the DVC remote has no object [0-9a-f]{32}\.dir; was it pushed\?$/,
    },
  ],
  [
    'a data revision of which an object was deleted, and its versions are there',
    () => 'revision/hidden',
    { problem: 'object-overwritten', status: 'conflict', told: /delete/ },
  ],
  [
    'a job of which an object was written over',
    () => 'training-job/of-overwritten',
    { problem: 'object-overwritten', status: 'conflict', told: /versions/ },
  ],
])('%s is told as what it is', async (_what, subject, { problem, status, told }) => {
  const { report, links, code } = await trace(subject());
  const link = links.find((one) => one.problem === problem);
  expect([links.map((one) => one.problem), link?.check]).toEqual([
    expect.arrayContaining([problem]),
    expect.stringMatching(told),
  ]);
  expect([report.status, code]).toEqual([status, CODES[status]]);
  const { output } = await run(subject(), ['--trust', estate.trusted]);
  expect(output).not.toMatch(CONTROL);
  expect(output).toMatch(new RegExp(`^status +${status}, `, 'm'));
});

describe('names as people and attackers choose them', () => {
  test.each([
    ['of a model, by version', `models:/${STRANGE.model}/1`],
    ['of a model, by alias', `models:/${STRANGE.model}@champion`],
    ['that turns the reading direction', `models:/${STRANGE.turned}/1`],
  ])('%s, lead to the data commit, and nothing of them reaches a terminal', async (_what, subject) => {
    const { report, links } = await trace(subject);
    expect(links.filter(({ kind }) => kind === 'data commit').map(({ value }) => value)).toEqual([estate.commit]);
    expect(report.subject).toBe(subject);
    const { output } = await run(subject, ['--objects', '100']);
    expect(output).not.toMatch(CONTROL);
    expect(output).toContain(estate.commit);
  });

  test('of files are told whole to machines, and without what a terminal would obey to people', async () => {
    const { report } = await trace('revision/v1');
    const told = report.datasets[0]?.objects?.first.map(({ relpath }) => relpath).sort();
    expect(told).toEqual([...STRANGE.files].sort());
    const { output } = await run('revision/v1', ['--objects', '100']);
    expect(output).not.toMatch(CONTROL);
    expect(output).toContain(`na\u00efve \u6f22\u5b57 \u{1f600}.csv`);
    expect(output).toContain('red\ufffd[31m.csv');
  });

  test.each([`endpoint/${ESCAPES}`, `revision/\u202ev1`, `models:/a${ESCAPES}/1`, "x' or 1=1"])(
    'that can be none are a question that is not understood, without an echo: case %#',
    async (subject) => {
      const { output, errors, code } = await run(subject, []);
      expect([output, code]).toEqual(['', 64]);
      expect(errors).toMatch(/<subject> must be one of/);
      expect(errors).not.toMatch(CONTROL);
    },
  );
});

test('a run that was erased from MLflow does not hide its job from whoever asks what was given the data', async () => {
  const { links, report } = await eventually('the job in the lineage graph', 120, async () => {
    const traced = await trace(estate.commit);
    return traced.links.some(({ kind, value }) => kind === 'given to' && value === 'erased-run') ? traced : undefined;
  });
  expect(links.find(({ kind, value }) => kind === 'given to' && value === 'erased-run')).toMatchObject({
    problem: 'not-in-mlflow',
    check: "SageMaker's lineage graph leads to it; no run in MLflow is tagged with it",
  });
  expect(links).toContainEqual(
    expect.objectContaining({ kind: 'run', value: estate.runs.erased, problem: 'run-not-found' }),
  );
  // two runs of other jobs that were given it are broken as well.
  expect(report.status).toBe('conflict');
});

test('an alias that is moved while its chain is followed has no answer', async () => {
  const { walk } = estate;
  const to = (version: string) =>
    setAlias(sandbox, walk.outputs.MlflowAppArn, { name: STRANGE.model, alias: 'moving', version });
  await to('1');
  let asked = 0;
  mlflowProxy.setFault(({ path }) => {
    asked += Number(path.includes('/registered-models/alias'));
    if (!path.includes('/registered-models/alias') || asked !== 2) {
      return 'pass';
    }
    void to('2');
    return { waitMilliseconds: 5000 };
  });
  const change = { SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT: mlflowProxy.url };
  const { report, links } = await trace(`models:/${STRANGE.model}@moving`, change);
  mlflowProxy.clear();
  expect(links.find(({ problem }) => problem === 'alias-moved')?.check).toBe(
    'it stood for version 1, and while the chain was followed it was moved to 2',
  );
  expect(report.status).toBe('unresolved');
});

describe('a source that does not answer', () => {
  const subject = `models:/${STRANGE.model}/1`;

  afterEach(() => gitProxy.clear());

  test.each([
    ['MLflow', subject, { SAGEMAKER_MLFLOW_CUSTOM_ENDPOINT: NOBODY }],
    ['SageMaker', 'endpoint/Serving', { AWS_ENDPOINT_URL_SAGEMAKER: NOBODY }],
    ['S3', 'training-job/honest', { AWS_ENDPOINT_URL_S3: NOBODY }],
    ['evidence', 'training-job/honest', { AWS_ENDPOINT_URL_S3: NOBODY }],
  ])('%s is told as the one', async (source, of, change) => {
    const { report, links, code } = await trace(of, change);
    const told = links.filter(({ problem }) => problem === 'unreachable').map(({ check }) => check);
    expect(told).toContainEqual(expect.stringMatching(new RegExp(`^${source} does not answer: `)));
    expect([report.status, code]).toEqual(['unresolved', 2]);
  });

  test('a Git host is told as the one, and the rest of the chain is there', async () => {
    gitProxy.setFault(() => 'drop');
    const { report, links } = await trace(subject);
    expect(links.find(({ problem }) => problem === 'unreachable')).toMatchObject({
      kind: 'data commit',
      value: estate.commit,
      check: expect.stringMatching(/^Git does not answer: /),
    });
    expect(links.find(({ kind }) => kind === 'evidence')).toMatchObject({ outcome: 'not-compared' });
    expect(report.status).toBe('unresolved');
  });
});

describe('a reader without one right', () => {
  const STACK = 'readers';
  const bucketOf = () => parseRemoteUrl(estate.walk.outputs.DvcRemoteUrl).bucket;
  const rights: Readonly<Record<string, () => { Action: string; Resource: string }>> = {
    Mlflow: () => ({ Action: 'sagemaker:CallMlflowAppApi', Resource: '*' }),
    Job: () => ({ Action: 'sagemaker:DescribeTrainingJob', Resource: '*' }),
    Graph: () => ({ Action: 'sagemaker:ListAssociations', Resource: '*' }),
    Token: () => ({ Action: 'secretsmanager:GetSecretValue', Resource: '*' }),
    Objects: () => ({ Action: 's3:GetObject', Resource: `arn:aws:s3:::${bucketOf()}/*` }),
    Evidence: () => ({ Action: 's3:GetObject*', Resource: `arn:aws:s3:::${estate.walk.outputs.EvidenceBucketName}/*` }),
    None: () => ({ Action: 'sagemaker:DescribeCluster', Resource: '*' }),
  };

  beforeAll(async () => {
    const roles = Object.entries(rights).map(([name, right]) => [name, roleWithout(right())]);
    const { cloudFormation } = estate.walk.aws;
    await cloudFormation.send(
      new CreateStackCommand({
        StackName: STACK,
        TemplateBody: JSON.stringify({ Resources: Object.fromEntries(roles) }),
        Capabilities: ['CAPABILITY_IAM'],
      }),
    );
    await eventually('the roles', 60, async () => {
      const { Stacks = [] } = await cloudFormation.send(new DescribeStacksCommand({ StackName: STACK }));
      return Stacks[0]?.StackStatus === 'CREATE_COMPLETE' || undefined;
    });
  });

  function roleWithout(right: { Action: string; Resource: string }) {
    const trust = { Effect: 'Allow', Principal: { Service: 'lambda.amazonaws.com' }, Action: 'sts:AssumeRole' };
    const Statement = [
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', ...right },
    ];
    return {
      Type: 'AWS::IAM::Role',
      Properties: {
        AssumeRolePolicyDocument: { Version: '2012-10-17', Statement: [trust] },
        Policies: [{ PolicyName: 'reader', PolicyDocument: { Version: '2012-10-17', Statement } }],
      },
    };
  }

  async function traceAs(logicalId: string, subject: string) {
    const session = await sessionOfRole(sandbox, { stack: STACK, logicalId, service: 'lambda.amazonaws.com' });
    return trace(subject, {
      AWS_ACCESS_KEY_ID: session.accessKeyId,
      AWS_SECRET_ACCESS_KEY: session.secretAccessKey,
      AWS_SESSION_TOKEN: session.sessionToken ?? '',
    });
  }

  test.each<[name: string, subject: () => string, source: string, status: 'conflict' | 'unresolved']>([
    ['Mlflow', () => estate.runs.honest, 'MLflow', 'unresolved'],
    ['Job', () => 'training-job/honest', 'SageMaker', 'unresolved'],
    // runs of other jobs that were given the data are broken as well.
    ['Graph', () => estate.commit, 'SageMaker', 'conflict'],
    ['Token', () => 'training-job/honest', 'Git', 'unresolved'],
    ['Objects', () => 'training-job/honest', 'S3', 'unresolved'],
    ['Evidence', () => 'training-job/honest', 'evidence', 'unresolved'],
  ])('%s is told which source does not let them in', async (name, subject, source, status) => {
    const { report, links, code } = await traceAs(name, subject());
    const told = links.filter(({ problem }) => problem === 'access-denied').map(({ check }) => check);
    expect(told).toContainEqual(expect.stringMatching(new RegExp(`^${source} does not let you in: `)));
    expect([report.status, code]).toEqual([status, CODES[status]]);
  });

  test('control: without a right that is not needed, all is there', async () => {
    const { report, links } = await traceAs('None', 'training-job/honest');
    expect(links.map(({ problem }) => problem)).not.toContain('access-denied');
    expect(report.status).toBe('recorded');
  });
});

test('the local SageMaker was asked for nothing it does not know', async () => {
  await expect(readComplaints(sandbox)).resolves.toEqual({
    unsupported: { calls: [] },
    invalid: { invalidResponses: [] },
  });
});
