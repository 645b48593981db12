import { ListTagsCommand, SageMakerClient } from '@aws-sdk/client-sagemaker';
import { belongsToPlatform } from '../../../core/sagemaker/job-scope';

const ROLE = 'arn:aws:iam::111122223333:role/training';
const job = {
  identity: {
    kind: 'training-job' as const,
    arn: 'arn:aws:sagemaker:us-east-1:111122223333:training-job/train-1',
    name: 'train-1',
    createdAt: '2026-01-02T03:04:05.000Z',
  },
  roleArn: ROLE,
};

/** A SageMaker that only knows the tags of one job, and gives them two at a time. */
function sagemakerWithTags(...tags: [key: string, value: string][]): SageMakerClient {
  const client = new SageMakerClient({ region: 'us-east-1' });
  client.send = (async (command: ListTagsCommand) => {
    if (!(command instanceof ListTagsCommand)) {
      throw new Error(`unexpected ${command}`);
    }
    const start = Number(command.input.NextToken ?? 0);
    const Tags = tags.slice(start, start + 2).map(([Key, Value]) => ({ Key, Value }));
    return start + 2 < tags.length ? { Tags, NextToken: String(start + 2) } : { Tags };
  }) as never;
  return client;
}

test('a job with a role of the platform belongs to it, and its tags are not even asked for', async () => {
  const never = sagemakerWithTags();
  never.send = (() => Promise.reject(new Error('asked'))) as never;
  await expect(belongsToPlatform(never, job, 'radiology', [ROLE])).resolves.toBe(true);
});

test('a job with another role belongs to the platform that its tag names, also if the tag is on the second page', async () => {
  const sagemaker = sagemakerWithTags(['a', '1'], ['b', '2'], ['lineage:platform', 'radiology']);
  await expect(belongsToPlatform(sagemaker, job, 'radiology', [])).resolves.toBe(true);
  await expect(belongsToPlatform(sagemaker, job, 'oncology', [])).resolves.toBe(false);
});

test('a job without role and tag belongs to no platform', async () => {
  await expect(belongsToPlatform(sagemakerWithTags(), job, 'radiology', [`${ROLE}-2`])).resolves.toBe(false);
});

test('fails on tags of which there is always one more page', async () => {
  const endless = sagemakerWithTags();
  let asked = 0;
  endless.send = (async () => ({ Tags: [], NextToken: String(++asked) })) as never;
  await expect(belongsToPlatform(endless, job, 'radiology', [])).rejects.toThrow(/has more than 1000 pages/);
  expect(asked).toBe(1001);
});
