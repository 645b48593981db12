import {
  DescribeProcessingJobCommand,
  DescribeTrainingJobCommand,
  ListProcessingJobsCommand,
  ListTagsCommand,
  ListTrainingJobsCommand,
  SageMakerClient,
} from '@aws-sdk/client-sagemaker';
import { contract } from '../../../core/contract';
import { dayBefore } from '../../../core/evidence/day';
import { listJobsOfDay } from '../../../core/sagemaker/jobs-of-day';

const DAY = dayBefore(new Date('2026-01-03T03:00:00Z'));
const OURS = 'arn:aws:iam::111122223333:role/ours';
const scope = { platform: 'radiology', jobRoleArns: [OURS] };

interface Job {
  readonly name: string;
  readonly createdAt: string;
  readonly role?: string;
  readonly status?: string;
  readonly platform?: string;
}

/** A SageMaker with some jobs of one kind, which lists them in a few pages and takes its bounds for included. */
function sagemakerWith(jobs: readonly Job[]) {
  const described: string[] = [];
  const client = new SageMakerClient({ region: 'us-east-1' });
  const arn = (name: string) => `arn:aws:sagemaker:us-east-1:111122223333:job/${name}`;
  const page = ({ CreationTimeAfter, CreationTimeBefore, NextToken }: ListTrainingJobsCommand['input']) => {
    const listed = jobs.filter(({ createdAt }) => {
      const time = new Date(createdAt);
      return time >= (CreationTimeAfter as Date) && time <= (CreationTimeBefore as Date);
    });
    const end = Number(NextToken ?? 0) + Math.ceil(listed.length / 3);
    const more = end < listed.length ? { NextToken: String(end) } : {};
    return { listed: listed.slice(Number(NextToken ?? 0), end), more };
  };
  const describe = (name: string) => {
    described.push(name);
    const job = jobs.find((some) => some.name === name);
    const CreationTime = new Date(job?.createdAt ?? '');
    return { arn: arn(name), RoleArn: job?.role ?? 'arn:aws:iam::111122223333:role/other', CreationTime, job };
  };
  client.send = (async (command: unknown) => {
    if (command instanceof ListTrainingJobsCommand) {
      const { listed, more } = page(command.input);
      const TrainingJobSummaries = listed.map(({ name, createdAt }) => ({
        TrainingJobName: name,
        CreationTime: new Date(createdAt),
      }));
      return { TrainingJobSummaries, ...more };
    }
    if (command instanceof ListProcessingJobsCommand) {
      const { listed, more } = page(command.input);
      const ProcessingJobSummaries = listed.map(({ name, createdAt }) => ({
        ProcessingJobName: name,
        CreationTime: new Date(createdAt),
      }));
      return { ProcessingJobSummaries, ...more };
    }
    if (command instanceof DescribeTrainingJobCommand) {
      const { arn, job, ...rest } = describe(command.input.TrainingJobName ?? '');
      return { TrainingJobArn: arn, TrainingJobStatus: job?.status ?? 'Completed', ...rest };
    }
    if (command instanceof DescribeProcessingJobCommand) {
      const { arn, job, ...rest } = describe(command.input.ProcessingJobName ?? '');
      return { ProcessingJobArn: arn, ProcessingJobStatus: job?.status ?? 'Completed', ...rest };
    }
    if (command instanceof ListTagsCommand) {
      const job = jobs.find(({ name }) => command.input.ResourceArn === arn(name));
      return { Tags: job?.platform ? [{ Key: contract.jobTags.platform, Value: job.platform }] : [] };
    }
    throw new Error(`unexpected ${command}`);
  }) as never;
  return { client, described };
}

const jobs: Job[] = [
  { name: 'too-early', createdAt: '2026-01-01T23:59:59.999Z', role: OURS },
  { name: 'first', createdAt: '2026-01-02T00:00:00.000Z', role: OURS },
  { name: 'tagged', createdAt: '2026-01-02T05:00:00.000Z', platform: 'radiology', status: 'InProgress' },
  { name: 'of-others', createdAt: '2026-01-02T06:00:00.000Z', platform: 'oncology' },
  { name: 'last', createdAt: '2026-01-02T23:59:59.999Z', role: OURS, status: 'Failed' },
  { name: 'too-late', createdAt: '2026-01-03T00:00:00.000Z', role: OURS },
];

test.each(['training-job', 'processing-job'] as const)(
  'each %s of the day is listed, page by page, and those of the platform are found by role or tag',
  async (kind) => {
    const { client, described } = sagemakerWith(jobs);
    const chain = (name: string, createdAt: string) => ({ platform: 'radiology', kind, name, createdAt });
    expect(await listJobsOfDay(client, kind, DAY, scope)).toEqual({
      listed: 4,
      ours: [
        { chain: chain('first', '2026-01-02T00:00:00.000Z'), running: false },
        { chain: chain('tagged', '2026-01-02T05:00:00.000Z'), running: true },
        { chain: chain('last', '2026-01-02T23:59:59.999Z'), running: false },
      ],
    });
    expect(described.sort()).toEqual(['first', 'last', 'of-others', 'tagged']);
  },
);

test('fails on more jobs in a day than are described, before it describes one', async () => {
  const many = Array.from({ length: contract.limits.censusJobs + 1 }, (_, index) => ({
    name: `job-${index}`,
    createdAt: '2026-01-02T05:00:00.000Z',
  }));
  const { client, described } = sagemakerWith(many);
  await expect(listJobsOfDay(client, 'training-job', DAY, scope)).rejects.toMatchObject({ name: 'TooManyToCount' });
  expect(described).toEqual([]);
});

test('fails on a name that no job can have', async () => {
  const { client } = sagemakerWith([{ name: '../x', createdAt: '2026-01-02T05:00:00.000Z' }]);
  await expect(listJobsOfDay(client, 'training-job', DAY, scope)).rejects.toThrow(
    /without its creation time or its name/,
  );
});

test.each(['training-job', 'processing-job'] as const)(
  'fails on a list of %ss of which there is always one more page',
  async (kind) => {
    const client = new SageMakerClient({ region: 'us-east-1' });
    let asked = 0;
    client.send = (async () => ({ NextToken: String(++asked) })) as never;
    await expect(listJobsOfDay(client, kind, DAY, scope)).rejects.toThrow(`the list of the ${kind}s of a day has more`);
    expect(asked).toBe(1001);
  },
);
