import { createHash, randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3';
import { PutSecretValueCommand } from '@aws-sdk/client-secrets-manager';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { Sandbox } from '../../sandbox/instance';
import { projectRoot } from '../../sandbox/project-paths';
import { bootstrapAccount, stackNameOf } from '../../sandbox/walk/deployment';
import { eventually } from '../../sandbox/walk/eventually';
import { takeParkedMessage } from '../../sandbox/walk/parked-messages';
import { deployWalk, jobEnvironment, runsOf, type Walk, waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { finish } from '../../sandbox/walk/run-program';
import { startTrainingJob, type TrainingJobOptions, waitForTrainingJob } from '../../sandbox/walk/training-job';
import { PlantedSecrets } from './planted-secrets';
import { datasetArtifacts, evidence, functionLogs, writtenTags } from './told-texts';

const SCRIPT = join(__dirname, 'scripts', 'log_secrets.py');
const COMMAND_LINE = join(projectRoot, 'assets', 'ml-lineage.cjs');

jest.setTimeout(120_000);

const secrets = new PlantedSecrets();
// stands in nearly all that is told, by which the sweep shows that it looks at the right places.
const platformName = `p${randomBytes(6).toString('hex')}`;
const control = new PlantedSecrets();
control.add('the name of the platform', platformName);

const told = new Map<string, string>();
let sandbox: Sandbox;
let walk: Walk;
let environment: NodeJS.ProcessEnv;

const PLACES = [
  'output',
  'experiment',
  'runName',
  'description',
  'parameter',
  'parameterName',
  'metricName',
  'tag',
  'dataset',
  'source',
  'claim',
  'failure',
] as const;

/** An environment in which the script finds what it puts where. */
function planting(job: string): Record<string, string> {
  const planted = Object.fromEntries(PLACES.map((place) => [place, secrets.plant(`${place} of ${job}`)]));
  const source = `https://user:${planted.source}@example.com/x?key=${planted.source}`;
  return {
    PLANTED: JSON.stringify({ ...planted, source }),
    SERVICE_TOKEN: secrets.plant(`the environment of ${job}`),
  };
}

async function start(name: string, revision: string, more: Partial<TrainingJobOptions> = {}): Promise<void> {
  await startTrainingJob(walk.aws, walk.outputs, {
    name,
    script: SCRIPT,
    hyperParameters: { api_token: secrets.plant(`a hyperparameter of ${name}`) },
    tags: [{ Key: 'note', Value: secrets.plant(`a tag of the job ${name}`) }],
    ...more,
    environment: { ...jobEnvironment(walk, revision), ...planting(name), ...more.environment },
  });
}

/** Starts a job that names a data repository and ends as it should. */
const naming = (name: string, url: string, more: Record<string, string> = {}) =>
  start(name, 'v1', { environment: { DVC_REPO_URL: url, ...more } });

/** Commits files as they are, on top of the honest data, and tags the commit. */
async function pushFiles(revision: string, files: Readonly<Record<string, string>>): Promise<void> {
  const { checkout } = walk;
  await checkout.git('checkout', '--quiet', '--force', '-B', 'work', 'v1');
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(checkout.folder, name, '..'), { recursive: true });
    await writeFile(join(checkout.folder, name), content);
  }
  await checkout.git('add', '--force', '--all');
  await checkout.git('commit', '--quiet', '--message', `about ${secrets.plant(`the commit message of ${revision}`)}`);
  await checkout.git('tag', '--annotate', '--message', secrets.plant(`the message of the tag ${revision}`), revision);
  await checkout.git('push', '--quiet', 'origin', `refs/tags/${revision}`);
}

const settings = (url: string, more = '') =>
  `[core]\n    remote = storage\n['remote "storage"']\n    url = ${url}\n${more}`;

async function publishData(): Promise<void> {
  const { checkout, outputs } = walk;
  await checkout.publish({ revision: 'v1', files: { 'a.csv': 'a,target\n1,0\n' } });
  const metafile = await checkout.git('show', 'v1:data.dvc');
  const password = (where: string) => `    password = ${secrets.plant(where)}\n`;
  await pushFiles('honest', {
    'data.dvc': `${metafile}desc: ${secrets.plant('the desc of a .dvc file')}\nmeta:\n  owner: ${secrets.plant('the meta of a .dvc file')}\n`,
    '.dvc/config': settings(
      outputs.DvcRemoteUrl,
      `${password('the DVC settings')}['remote "${secrets.plant('the name of a DVC remote')}"']\n    url = https://user:${secrets.plant('the address of a DVC remote that is not used')}@example.com/x\n`,
    ),
  });
  await pushFiles('other-remote', {
    '.dvc/config': settings(
      `https://user:${secrets.plant('the user of the address of a DVC remote')}@example.com/x?a=b;c,${secrets.plant('the query of the address of a DVC remote')}`,
    ),
  });
  await pushFiles('broken-settings', { '.dvc/config': settings('x', password('settings').repeat(2)) });
  await pushFiles('broken-metafile', {
    'data.dvc': `${metafile}desc: x\ndesc: ${secrets.plant('a doubled key of a .dvc file')}\n`,
  });
  const address = `https://user:${secrets.plant('the working directory of a .dvc file')}@example.com/x`;
  await pushFiles('odd-directory', { 'data.dvc': `wdir: '${address}'\n${metafile}` });
  const imported = `https://user:${secrets.plant('the address of an import')}@example.com/x`;
  await pushFiles('an-import', {
    'data.dvc': `deps:\n- path: x\n  repo: {url: '${imported}', rev_lock: ${'a'.repeat(40)}}\n${metafile}`,
  });
  const branch = secrets.plant('the name of a branch');
  await checkout.git('push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`);
  await checkout.git('push', '--quiet', 'origin', `HEAD:refs/tags/${secrets.plant('the name of a tag')}`);
}

/** A job that our toolkit runs, given a document that somebody forged. */
async function startWithForgedDocument(name: string): Promise<void> {
  const { toolkitUri, handoverUri, entrypoints } = JSON.parse(walk.outputs.JobToolkit);
  const [, Bucket, folder] = /^s3:\/\/([^/]+)\/(.+)$/.exec(`${handoverUri}/forged`) ?? [];
  const document = {
    version: 1,
    dataRepository: walk.repository.url,
    dataRevision: 'honest',
    dataCommit: await walk.checkout.resolve('honest'),
    datasets: [
      {
        path: secrets.plant('a path in lineage.json'),
        md5: '0'.repeat(32),
        treeDigest: `sha256:${'0'.repeat(64)}`,
        note: secrets.plant('a note in lineage.json'),
      },
    ],
  };
  const Body = JSON.stringify(document);
  await walk.aws.s3.send(new PutObjectCommand({ Bucket, Key: `${folder}/lineage.json`, Body }));
  await start(name, 'honest', {
    entrypoint: entrypoints['training-job'],
    channels: { 'lineage-jobs': toolkitUri, lineage: `s3://${Bucket}/${folder}` },
  });
}

async function waitForStatement(job: string): Promise<void> {
  const { EvidenceBucketName: Bucket } = walk.outputs;
  const Prefix = `${platformName}/training-job/${job}/`;
  await eventually(`a statement about ${job}`, 100, async () => {
    const { KeyCount = 0 } = await walk.aws.s3.send(new ListObjectsV2Command({ Bucket, Prefix }));
    return KeyCount > 0 ? true : undefined;
  });
}

const JOBS: Readonly<Record<string, { status: string; start: (name: string) => Promise<void> }>> = {
  'an-honest-job': { status: 'recorded', start: (name) => start(name, 'honest') },
  'a-claiming-job': {
    status: 'conflict: claim-differs',
    start: (name) => start(name, 'honest', { environment: { CLAIMING: 'yes' } }),
  },
  'a-failing-job': {
    status: 'recorded',
    start: (name) => start(name, 'honest', { environment: { FAILING: 'yes' } }),
  },
  'a-user-in-the-address': {
    status: 'unresolved: repository-not-allowed',
    start: (name) =>
      naming(name, walk.repository.url.replace('https://', `https://user:${secrets.plant('the user of an address')}@`)),
  },
  'a-query-in-the-address': {
    status: 'unresolved: repository-not-allowed',
    start: (name) => naming(name, `${walk.repository.url}?a=b;c,${secrets.plant('the query of an address')}`),
  },
  'a-token-in-the-path': {
    status: 'unresolved: repository-not-allowed',
    start: (name) =>
      naming(name, `https://git.example.com/${secrets.plant('the path of an address')}/data.git`, {
        PIPELINE_RUN_ID: '',
      }),
  },
  'an-odd-revision': {
    status: 'unresolved: revision-malformed',
    start: (name) => start(name, `../${secrets.plant('a malformed revision')}`),
  },
  'another-remote': { status: 'conflict: remote-differs', start: (name) => start(name, 'other-remote') },
  'broken-settings': { status: 'unresolved: dataset-malformed', start: (name) => start(name, 'broken-settings') },
  'a-broken-metafile': { status: 'unresolved: dataset-malformed', start: (name) => start(name, 'broken-metafile') },
  'an-odd-directory': {
    status: 'unresolved: dataset-layout-unsupported',
    start: (name) => start(name, 'odd-directory'),
  },
  'a-foreign-import': { status: 'unresolved: import-not-allowed', start: (name) => start(name, 'an-import') },
  'a-forged-document': { status: 'conflict: handover-differs', start: startWithForgedDocument },
};
const NAMES = Object.keys(JOBS);

/** What a message is parked with; that it is parked as it was is told by others. */
async function takeParkedReason(queueUrl: string): Promise<string> {
  const { reason, explanation } = await takeParkedMessage(walk.aws.sqs, queueUrl, 90);
  return `${reason}: ${explanation}`;
}

/** Events and derivations that are none, and a token that the Git host refuses. */
async function parkMessages(): Promise<string[]> {
  const { aws, outputs, repository } = walk;
  const send = (QueueUrl: string, MessageBody: string) =>
    aws.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  const parked: string[] = [];
  await send(outputs.DerivationQueueUrl, secrets.plant('an event that is no JSON'));
  parked.push(await takeParkedReason(outputs.DerivationParkingUrl));
  await send(outputs.DerivationQueueUrl, JSON.stringify({ source: secrets.plant('an event of another source') }));
  parked.push(await takeParkedReason(outputs.DerivationParkingUrl));
  await send(outputs.TaggingQueueUrl, JSON.stringify({ status: secrets.plant('a derivation that is none') }));
  parked.push(await takeParkedReason(outputs.TaggingParkingUrl));

  const setToken = (SecretString: string) =>
    aws.secretsManager.send(new PutSecretValueCommand({ SecretId: repository.tokenSecretArn, SecretString }));
  await setToken(secrets.plant('a token that the Git host refuses'));
  try {
    await start('a-wrong-token', 'honest');
    await waitForTrainingJob(aws, 'a-wrong-token');
    parked.push(await takeParkedReason(outputs.DerivationParkingUrl));
  } finally {
    await setToken(sandbox.gitToken);
  }
  return parked;
}

/** What a command says, which has to come to an answer. */
async function runCommandLine(...args: string[]): Promise<string> {
  const all = [...args, '--stack', stackNameOf(platformName)];
  const { code, output, errors } = await finish(COMMAND_LINE, all, { environment });
  expect([all, [0, 1, 2].includes(Number(code)), errors]).toEqual([all, true, '']);
  return output;
}

async function askCommandLine(): Promise<void> {
  const { PublicKey = new Uint8Array() } = await walk.aws.kms.getPublicKey({ KeyId: walk.outputs.SigningKeyArn });
  const fingerprint = createHash('sha256').update(PublicKey).digest('hex');
  const printed: Record<string, string[]> = { trace: [], verify: [], show: [] };
  for (const job of NAMES) {
    for (const command of ['verify', 'show']) {
      printed[command]?.push(await runCommandLine('evidence', command, job, '--trust', fingerprint));
    }
    for (const { id } of await runsOf(walk, job)) {
      printed.trace?.push(await runCommandLine('trace', id));
    }
  }
  for (const [command, texts] of Object.entries(printed)) {
    told.set(`what ml-lineage ${command} prints`, texts.join('\n'));
  }
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'secrets' });
  environment = sandbox.processEnvironment();
  secrets.add('the token of the data repository', sandbox.gitToken);
  await bootstrapAccount(environment);
  walk = await deployWalk(sandbox, platformName);
  await publishData();
  for (const [name, { start: startJob }] of Object.entries(JOBS)) {
    await startJob(name);
  }
  for (const name of NAMES) {
    await waitForTrainingJob(walk.aws, name);
    await waitForStatement(name);
  }
  told.set('what parked messages are explained with', (await parkMessages()).join('\n'));
  await askCommandLine();
  told.set('the logs and metrics of the functions', await functionLogs(walk.aws));
  told.set('the tags on runs', await writtenTags(walk, NAMES));
  told.set('the evidence', await evidence(walk));
  told.set("SageMaker's lineage graph", await datasetArtifacts(walk.aws));
}, 600_000);

afterAll(async () => {
  await sandbox?.stop();
});

test.each(Object.entries(JOBS).filter(([name]) => name !== 'a-forged-document'))(
  '%s was looked at as it was meant',
  async (name, { status }) => {
    const { tags } = await waitForTaggedRun(walk, name);
    const reason = tags['lineage.reason']?.split(':')[0];
    const found = tags['lineage.status'] === 'recorded' ? 'recorded' : `${tags['lineage.status']}: ${reason}`;
    expect(found).toBe(status);
  },
);

test('the forged document was compared, although its job made no run', () => {
  expect(told.get('the evidence')).toContain('"code":"handover-differs"');
});

test.each([
  'what parked messages are explained with',
  'what ml-lineage trace prints',
  'what ml-lineage verify prints',
  'what ml-lineage show prints',
  'the logs and metrics of the functions',
  'the tags on runs',
  'the evidence',
  "SageMaker's lineage graph",
])('no secret turns up in %s', (where) => {
  const text = told.get(where) ?? '';
  expect(control.foundIn(text)).toEqual(['the name of the platform']);
  expect(secrets.foundIn(text)).toEqual([]);
});

test('control: a secret is found in clear and encoded', () => {
  const planted = new PlantedSecrets();
  const secret = planted.plant('a test');
  const texts = [secret, ...['', ' ', '  '].map((before) => Buffer.from(`${before}${secret}:x`).toString('base64'))];
  for (const text of [...texts, Buffer.from(secret).toString('hex')]) {
    expect(planted.foundIn(`before ${text} after`)).toEqual(['a test']);
  }
  expect(planted.foundIn('before after')).toEqual([]);
});
