import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DoctorReport } from '../../core/doctor/doctor-report';
import { ReaderPolicy, rightsOf } from '../../core/doctor/reader-policy';
import { Sandbox } from '../../sandbox/instance';
import { pipelineStackName } from '../../sandbox/walk/pipeline-walk';
import { type Finished, finish } from '../../sandbox/walk/run-program';
import { examplesOf } from './help-examples';
import { CLI, makeReaderEstate, Reader, type ReaderEstate } from './reader-estate';

jest.setTimeout(900_000);

const PLATFORM = 'reading';
const STACK = pipelineStackName(PLATFORM);

let sandbox: Sandbox;
let estate: ReaderEstate;
let reader: Reader;
let policy: ReaderPolicy;
let folder: string;

const asRoot = (args: readonly string[], cwd?: string): Promise<Finished> =>
  finish(CLI, args, { environment: sandbox.processEnvironment(), ...(cwd === undefined ? {} : { cwd }) });

async function examined(ask: (args: readonly string[]) => Promise<Finished>, ...more: string[]) {
  const { output, errors, code } = await ask(['doctor', '--stack', STACK, '--json', ...more]);
  expect(errors).toBe('');
  return { code, ...DoctorReport.parse(JSON.parse(output)) };
}

beforeAll(async () => {
  sandbox = await Sandbox.start({ name: 'e2e-reader' });
  estate = await makeReaderEstate(sandbox, PLATFORM);
  policy = ReaderPolicy.parse(JSON.parse((await asRoot(['doctor', '--stack', STACK, '--policy'])).output));
  reader = await Reader.make(sandbox);
  await reader.allow(policy);
  folder = await mkdtemp(join(tmpdir(), 'reader-'));
}, 900_000);

afterAll(async () => {
  await sandbox?.stop();
  if (folder) {
    await rm(folder, { recursive: true });
  }
});

test('with exactly the policy that it prints, nothing fails, and every right was tried', async () => {
  const { code, checks, inOrder } = await examined((args) => reader.ask(args));
  expect(checks.filter(({ outcome }) => outcome !== 'ok').map(({ name }) => name)).toEqual(['DVC configuration']);
  expect([code, inOrder]).toEqual([0, true]);
  expect(checks.find(({ name }) => name === 'kms:GetPublicKey')?.found).toContain(estate.trusted);
  expect(checks.filter(({ group }) => group === 'rights').map(({ name }) => name)).toEqual(
    rightsOf(policy).map(({ action }) => action),
  );
});

test('with exactly this policy every question is answered as it is for an administrator', async () => {
  const { execution, runId, trusted } = estate;
  const job = execution.trainingJobName ?? '';
  const trace = [
    'endpoint/Serving',
    'transform-job/Batch',
    'model/honest',
    execution.modelPackageArn ?? '',
    'models:/diagnosis/1',
  ]
    .concat(['models:/diagnosis@champion', runId, `training-job/${job}`, `revision/${execution.revision}`])
    .map((subject) => ['trace', subject, '--forward', '--json', '--stack', STACK, '--trust', trusted]);
  const questions = [
    ...trace,
    ['evidence', 'verify', job, '--stack', STACK, '--trust', trusted],
    ['evidence', 'show', job, '--json', '--stack', STACK, '--trust', trusted],
    ['evidence', 'checkpoint', '--stack', STACK, '--trust', trusted],
  ];
  for (const question of questions) {
    const [asked, answered] = [await reader.ask(question), await asRoot(question)];
    // a derivation that is made anew has its own time.
    const timeless = ({ output, ...rest }: Finished) => ({
      ...rest,
      output: output.replace(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'T'),
    });
    expect({ question, ...timeless(asked) }).toEqual({ question, ...timeless(answered) });
    expect(asked.errors).toBe('');
  }
});

test('control: without any one statement something fails, and the right that is missing is named with its statement', async () => {
  for (const statement of policy.Statement) {
    await reader.allow({ ...policy, Statement: policy.Statement.filter((other) => other !== statement) });
    const { code, checks } = await examined((args) => reader.ask(args));
    const failed = checks.filter(({ outcome }) => outcome === 'failed');
    expect({ statement, code, failed: failed.length > 0 }).toEqual({ statement, code: 2, failed: true });
    for (const { remedy } of failed) {
      const { Action, Resource } = JSON.parse(/\{.*\}/.exec(remedy ?? '')?.[0] ?? '{}');
      expect([statement.Action].flat()).toContain(Action);
      expect([statement.Resource].flat()).toContain(Resource);
    }
  }
  await reader.allow(policy);
});

test('the settings that the stack tells for a data repository are in order, and others are not', async () => {
  const { DvcConfiguration } = estate.walk.outputs as unknown as { DvcConfiguration: string };
  await mkdir(join(folder, 'data', '.dvc'), { recursive: true });
  const told = async (text: string) => {
    await writeFile(join(folder, 'data', '.dvc', 'config'), text);
    return (await examined(asRoot, '--repository', join(folder, 'data'))).checks.at(-1);
  };
  await expect(told(DvcConfiguration)).resolves.toMatchObject({ name: 'DVC configuration', outcome: 'ok' });
  await expect(told(DvcConfiguration.replace('/dvc', '/other'))).resolves.toMatchObject({ outcome: 'failed' });
});

test('the example in the help of each verb ends as it should', async () => {
  const placeholders = {
    'ml-lineage-radiology': STACK,
    'models:/breast-cancer/2': 'models:/diagnosis/1',
    'pipelines-abc-Train-xyz': estate.execution.trainingJobName ?? '',
    '<fingerprint>': estate.trusted,
  };
  const examples = await examplesOf((args) => asRoot(args));
  expect(examples.map(({ verb }) => verb)).toEqual(expect.arrayContaining(['trace', 'doctor', 'evidence verify']));
  const ended: Record<string, number | string> = {};
  // an export is made before it is looked at.
  for (const { verb, args } of [...examples].sort(
    (a, b) => Number(b.verb.endsWith('export')) - Number(a.verb.endsWith('export')),
  )) {
    const filled = args.map((word) => placeholders[word as keyof typeof placeholders] ?? word);
    const { code, errors } = await asRoot(filled, folder);
    ended[verb] = code === 0 ? code : `${code}: ${errors}`;
  }
  expect(ended).toEqual(Object.fromEntries(examples.map(({ verb }) => [verb, 0])));
});
