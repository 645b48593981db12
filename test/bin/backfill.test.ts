import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { backfill } from '../../bin/backfill';
import { keepPlace, readPlace } from '../../bin/backfill-place';
import { backfillReport, backfillText, progressText } from '../../bin/backfill-text';
import { readWalkAddresses } from '../../bin/walk-addresses';
import { BackfillReport } from '../../core/reconcile/backfill-report';
import type { Gap, Message } from '../../core/reconcile/gap';
import { beginWalk, type Walk } from '../../core/reconcile/walk';
import contract from '../../lib/private/contract.json';
import { EstateInMemory, preparation, SINCE, trainingJob, UNTIL } from '../core/reconcile/estate-in-memory';

const begin = () => beginWalk('backfill-2026-01-10T00:00:00.000Z', SINCE, UNTIL);

function estateWithLostJobs(): EstateInMemory {
  const estate = new EstateInMemory();
  for (const name of ['a', 'b', 'c']) {
    estate.jobs.push({ job: trainingJob(`lost-${name}`) }, { job: preparation(`lost-${name}`) });
  }
  return estate;
}

/** Goes on from a place until a number of gaps was found, or to the end. */
async function goOn(from: Walk, estate: EstateInMemory, mostGaps = Number.POSITIVE_INFINITY) {
  const gaps: Gap[] = [];
  const sent: Message[] = [];
  let walk = from;
  const finished = await backfill(from, () => estate, {
    isStopped: () => gaps.length >= mostGaps,
    send: async (message) => void sent.push(message),
    found: (gap) => void gaps.push(gap),
    reached: (now) => {
      walk = now;
    },
  });
  return { finished, gaps, sent, walk };
}

test('a backfill goes to the end, and sends what has each gap looked at again', async () => {
  const { finished, gaps, sent, walk } = await goOn(begin(), estateWithLostJobs());
  expect(finished).toBe(true);
  expect(gaps.map(({ subject }) => subject.split(':').at(-1))).toEqual([
    ...['a', 'b', 'c'].map((name) => `training-job/lost-${name}`),
    ...['a', 'b', 'c'].map((name) => `processing-job/lost-${name}`),
  ]);
  expect(sent).toEqual(gaps.map(({ mend }) => mend));
  expect(walk.gaps).toEqual({ 'job-without-statement': 6 });
});

test('one that was stopped goes on where it was, and finds nothing twice', async () => {
  const estate = estateWithLostJobs();
  const whole = await goOn(begin(), estate);
  const first = await goOn(begin(), estate, 2);
  expect(first.finished).toBe(false);
  const second = await goOn(first.walk, estate);
  expect([...first.gaps, ...second.gaps]).toEqual(whole.gaps);
  expect(second.walk.looked).toEqual(whole.walk.looked);
});

test('one that is stopped at once has looked at nothing', async () => {
  const { finished, walk } = await goOn(begin(), estateWithLostJobs(), 0);
  expect([finished, walk]).toEqual([false, begin()]);
});

describe('the place of one that was stopped', () => {
  const here = process.cwd();
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'backfill-'));
    process.chdir(folder);
  });
  afterEach(() => {
    process.chdir(here);
    rmSync(folder, { recursive: true });
  });

  test('is kept in a file, and read from it as it was', async () => {
    const place = { isPlan: true, walk: { ...begin(), phase: 'runs' as const, done: 'run-1' } };
    const file = await keepPlace(place);
    expect(file).toBe('ml-lineage-backfill-2026-01-10T000000000Z.json');
    await expect(readPlace(file)).resolves.toEqual(place);
  });

  test.each([
    ['no JSON', 'x'],
    ['another thing', '{}'],
    ['a place with more in it', JSON.stringify({ isPlan: true, walk: begin(), more: 1 })],
  ])('is not read from a file with %s', async (_what, text) => {
    writeFileSync('place.json', text);
    await expect(readPlace('place.json')).rejects.toThrow(/place\.json is no place of a backfill/);
  });
});

const gaps: Gap[] = [
  {
    kind: 'run-without-statement',
    subject: 'mlflow:run/a\u001b[2J',
    explanation: 'no statement names it\u202e',
    mend: { queue: 'derivation', body: '{}' },
  },
  { kind: 'run-gone', subject: 'mlflow:run/b', explanation: 'it is gone' },
];
const walk: Walk = {
  ...begin(),
  phase: 'runs',
  looked: { runs: { seen: 12, ours: 7 } },
  gaps: { 'run-without-statement': 1, 'run-gone': 1 },
  messages: 1,
};

test('people read each gap, what becomes of it, and how much was looked at; no control character reaches them', () => {
  const text = backfillText({ isPlan: false, walk, finished: true, gaps });
  expect(text).toMatch(
    /run-without-statement {2}mlflow:run\/a\ufffd\[2J\n {4}no statement names it\ufffd; it is looked at again/,
  );
  expect(text).toMatch(/run-gone {2}mlflow:run\/b\n {4}it is gone; only a person can mend it/);
  expect(text).toMatch(/runs +12 +7\n/);
  expect(text).toMatch(/run-gone +1\n/);
  expect(text).toMatch(/1 messages were sent/);
  expect(text).not.toMatch(/stopped/);
});

test('of a plan, people read that nothing was sent; of one that was stopped, that it was', () => {
  const text = backfillText({ isPlan: true, walk, finished: false, gaps });
  expect(text).toMatch(/it would be looked at again/);
  expect(text).toMatch(/1 messages would be sent: this is a plan/);
  expect(text).toMatch(/stopped before the end/);
});

test('machines read the same, as its schema says', () => {
  const report = backfillReport({ isPlan: true, walk, finished: false, gaps });
  expect(BackfillReport.parse(report)).toEqual(report);
  expect(report).toMatchObject({
    gaps: [
      { kind: 'run-without-statement', canBeMended: true },
      { kind: 'run-gone', canBeMended: false },
    ],
    counts: { 'run-without-statement': 1, 'run-gone': 1 },
    messages: 1,
  });
});

test('progress says where it is', () => {
  expect(progressText(walk)).toBe('runs: 12 looked at, 7 of the platform; 2 gaps so far');
  expect(progressText(begin())).toBe('datasets: 0 looked at, 0 of the platform; 0 gaps so far');
});

const names = contract.stackOutputs;
const outputs: Record<string, string> = {
  [names.platformName]: 'demo',
  [names.dvcRemoteUrl]: 's3://dvc-remote/dvc',
  [names.mlflowAppArn]: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE',
  [names.evidenceBucketName]: 'evidence',
  [names.signingKeyArn]: 'arn:aws:kms:us-east-1:111122223333:key/1',
  [names.derivationQueueUrl]: 'https://sqs/derivation',
  [names.changesQueueUrl]: 'https://sqs/changes',
  [names.jobRoleArns]: '["arn:aws:iam::111122223333:role/training"]',
  [names.previousKeyFingerprints]: '[]',
};

const stackWith = (told: Record<string, string>): CloudFormationClient =>
  ({
    send: async () => ({
      Stacks: [{ Outputs: Object.entries(told).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) }],
    }),
  }) as never;

test('where to look and what to feed, the outputs of the stack say', async () => {
  await expect(readWalkAddresses(stackWith(outputs), 'demo')).resolves.toEqual({
    platform: 'demo',
    dvcRemoteUrl: 's3://dvc-remote/dvc',
    mlflowAppArn: outputs[names.mlflowAppArn],
    evidenceBucketName: 'evidence',
    signingKeyArn: outputs[names.signingKeyArn],
    queueUrls: { derivation: 'https://sqs/derivation', changes: 'https://sqs/changes' },
    jobRoleArns: ['arn:aws:iam::111122223333:role/training'],
    previousKeyFingerprints: [],
  });
});

test.each(Object.keys(outputs))('a stack without a fit output %s is told to be deployed with it', async (name) => {
  const { [name]: _left, ...rest } = outputs;
  for (const told of [rest, { ...rest, [name]: 'not\u0000fit' }]) {
    await expect(readWalkAddresses(stackWith(told), 'demo')).rejects.toThrow(/stack demo .*call addOutputs\(\)/);
  }
});
