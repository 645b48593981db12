import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { objectKey, parseRemoteUrl } from '../../core/dvc/remote-layout';
import { Sandbox } from '../../sandbox/instance';
import { bootstrapAccount } from '../../sandbox/walk/deployment';
import { deployWalk, jobEnvironment, type Walk, waitForTaggedRun } from '../../sandbox/walk/platform-walk';
import { startTrainingJob, waitForTrainingJob } from '../../sandbox/walk/training-job';

const SCRIPT = join(__dirname, 'scripts', 'log_run.py');
const MD5 = '0cc175b9c0f1b6a831c399e269772661';

jest.setTimeout(120_000);

let sandbox: Sandbox;
let walk: Walk;

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'hostile-data' });
  await bootstrapAccount(sandbox.processEnvironment());
  walk = await deployWalk(sandbox, 'radiology');
  await walk.checkout.publish({
    revision: 'honest',
    files: { 'a.csv': 'a,target\n1,0\n', 'b.csv': 'a,target\n2,1\n' },
  });
}, 300_000);

afterAll(async () => {
  await sandbox?.stop();
});

/** Commits files as they are, and tags the commit. */
async function pushFiles(revision: string, files: Readonly<Record<string, string>>): Promise<void> {
  const { checkout } = walk;
  await checkout.git('checkout', '--quiet', '--force', '-B', 'work', 'honest');
  for (const [name, content] of Object.entries(files)) {
    await mkdir(join(checkout.folder, name, '..'), { recursive: true });
    await writeFile(join(checkout.folder, name), content);
  }
  await checkout.git('add', '--force', '--all');
  await checkout.git('commit', '--quiet', '--message', revision);
  await checkout.git('tag', revision);
  await checkout.git('push', '--quiet', 'origin', `refs/tags/${revision}`);
}

/** What a job that is told to use a revision is tagged with. */
async function tagsOf(revision: string) {
  const job = `job-${revision}`;
  await startTrainingJob(walk.aws, walk.outputs, {
    name: job,
    script: SCRIPT,
    environment: jobEnvironment(walk, revision),
  });
  await waitForTrainingJob(walk.aws, job);
  return (await waitForTaggedRun(walk, job)).tags;
}

test('control: honest data is recorded', async () => {
  expect(await tagsOf('honest')).toMatchObject({
    'lineage.status': 'recorded',
    data_git_commit_id: await walk.checkout.resolve('honest'),
  });
});

test.each([
  ['merge-key', `x: &x\n  md5: ${MD5}\nouts:\n- <<: *x\n  hash: md5\n  path: data\n`],
  ['doubled-key', `outs:\n- md5: ${MD5}\n  md5: ${'f'.repeat(32)}\n  hash: md5\n  path: data\n`],
  ['bare-number', 'outs:\n- md5: 1e10\n  hash: md5\n  path: data\n'],
  ['way-out', `outs:\n- md5: ${MD5}\n  hash: md5\n  path: ../../data\n`],
])('a .dvc file with a %s is not read as anything', async (revision, metafile) => {
  await pushFiles(revision, { 'data.dvc': metafile });
  const tags = await tagsOf(revision);
  expect(tags).toMatchObject({
    'lineage.status': 'unresolved',
    'lineage.reason': expect.stringMatching(/^dataset-malformed: /),
  });
  expect(tags).not.toHaveProperty('data_git_commit_id');
});

test('settings of DVC that lead to another remote are a conflict', async () => {
  await pushFiles('other-remote', {
    '.dvc/config': '[core]\n    remote = storage\n[\'remote "storage"\']\n    url = s3://somebody-else/dvc\n',
  });
  expect(await tagsOf('other-remote')).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(/^remote-differs: /),
  });
});

test('a branch that is named like the tag is a conflict', async () => {
  await pushFiles('twice', { note: 'x' });
  await walk.checkout.git('push', '--quiet', 'origin', 'refs/tags/honest^{commit}:refs/heads/twice');
  expect(await tagsOf('twice')).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(/^branch-of-same-name: /),
  });
});

test('an object that was written over with other bytes is a conflict', async () => {
  await walk.checkout.git('checkout', '--quiet', '--force', 'main');
  await rm(join(walk.checkout.folder, 'data', 'b.csv'), { force: true });
  await walk.checkout.publish({ revision: 'overwritten', files: { 'a.csv': 'a,target\n3,0\n' } });
  const metafile = await readFile(join(walk.checkout.folder, 'data.dvc'), 'utf8');
  const md5 = /md5: ([0-9a-f]{32}\.dir)/.exec(metafile)?.[1] ?? '';
  const { bucket, prefix } = parseRemoteUrl(walk.outputs.DvcRemoteUrl);
  const forged = `[{"md5": "${MD5}", "relpath": "another.csv"}]`;
  await walk.aws.s3.send(new PutObjectCommand({ Bucket: bucket, Key: objectKey(prefix, md5), Body: forged }));
  expect(await tagsOf('overwritten')).toMatchObject({
    'lineage.status': 'conflict',
    'lineage.reason': expect.stringMatching(/^(object-overwritten|listing-differs): /),
  });
});
