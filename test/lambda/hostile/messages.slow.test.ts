import * as fc from 'fast-check';
import { pattern } from '../../../core/contract';
import { FunctionProcess } from './function-process';
import { hostileVariants } from './hostile-json';
import { PlatformFunctions } from './platform-functions';
import { type RecordedCall, RecordingAws } from './recording-aws';

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;
const id = '6a7e8feb-b491-4cf7-a9f1-bf3703467718';
const sagemakerEvent = (what: string, detail: object) => ({
  id,
  version: '0',
  source: 'aws.sagemaker',
  account: '111122223333',
  region: 'us-east-1',
  'detail-type': `SageMaker ${what} State Change`,
  detail,
});
const job = {
  kind: 'training-job',
  arn: arn('training-job/train-1'),
  name: 'Train-1',
  createdAt: '2026-01-02T03:04:05.678Z',
};
const derivation = {
  version: 1,
  platform: 'demo',
  job,
  derivedAt: '2026-01-02T04:04:05.678Z',
  assurance: 'attested',
  configured: { dataRepository: 'https://git.example.com/team/data.git', dataRevision: '2026-11' },
  status: 'recorded',
  dataCommit: 'a'.repeat(40),
  datasets: [{ path: 'data', md5: `${'b'.repeat(32)}.dir`, sizeBytes: 1, files: 1, treeSha256: 'c'.repeat(64) }],
  notCompared: ['run-claims'],
  madeBy: { arn: arn('processing-job/prepare-1'), name: 'Prepare-1' },
};

// nobody asks for a day that is not over.
const scheduledForLater = {
  id,
  version: '0',
  source: 'aws.events',
  'detail-type': 'Scheduled Event',
  time: '2999-01-02T03:00:00Z',
  detail: {},
};

/** Of each function a message that it understands, about something that is not there any more, or is not there yet. */
const HONEST: readonly (readonly [name: string, description: RegExp, message: object, reason: string])[] = [
  [
    'lineage-deriver',
    /^Finds out/,
    sagemakerEvent('Training Job', {
      TrainingJobArn: job.arn,
      TrainingJobName: job.name,
      TrainingJobStatus: 'Completed',
      CreationTime: Date.parse(job.createdAt),
      Tags: {},
    }),
    'job-not-found',
  ],
  ['run-tagger', /^Keeps what the lineage-deriver found/, derivation, 'job-not-found'],
  [
    'deployment-recorder',
    /^Keeps signed statements about what endpoints/,
    sagemakerEvent('Endpoint', { EndpointArn: arn('endpoint/serving'), EndpointName: 'Serving', Tags: {} }),
    'deployment-not-found',
  ],
  ['checkpoint-recorder', /^Verifies the evidence/, scheduledForLater, 'malformed-message'],
  ['reconciler', /^Finds what has no evidence/, scheduledForLater, 'malformed-message'],
];

const OF_SAGEMAKER = ['DescribeTrainingJob', 'DescribeProcessingJob', 'DescribeEndpoint'];

const functions = new PlatformFunctions();
let aws: RecordingAws;

beforeAll(async () => {
  const message = 'Could not find what was asked for.';
  aws = await RecordingAws.start(({ operation }) =>
    operation.startsWith('SageMaker.') ? [400, JSON.stringify({ __type: 'ValidationException', message })] : undefined,
  );
});

afterAll(() => aws.stop());

const isParking = ({ operation, input }: RecordedCall) =>
  operation === 'AmazonSQS.SendMessage' && /Parking/.test(input.QueueUrl);

describe.each(HONEST)('%s', (name, description, honest, reason) => {
  const { memoryMb, batchSize, variables } = functions.find(description);
  let running: FunctionProcess;

  beforeAll(() => {
    running = new FunctionProcess(name, memoryMb, aws.environment(variables));
  });

  afterAll(() => running.stop());

  /** Has a batch handled, and answers with what was parked and which other calls were made. */
  async function handle(bodies: readonly string[]) {
    aws.takeCalls();
    const { value, error, peakMb } = await running.handle(bodies);
    expect({ value, error }).toEqual({ value: { batchItemFailures: [] } });
    expect(peakMb).toBeLessThan(memoryMb);
    const calls = aws.takeCalls();
    return {
      parked: calls.filter(isParking).map(({ input }) => input),
      others: calls.filter((call) => !isParking(call)),
    };
  }

  test('control: a message that is as it should be is understood', async () => {
    const { parked, others } = await handle([JSON.stringify(honest)]);
    expect(parked.map(({ MessageAttributes }) => MessageAttributes.reason.StringValue)).toEqual([reason]);
    expect(others.length).toBe(reason === 'malformed-message' ? 0 : 1);
  });

  test('whatever a message holds, it is parked at once and as it was, and nothing is asked for by a name that is none', async () => {
    const batch = fc.array(hostileVariants(honest), { minLength: 1, maxLength: batchSize });
    await fc.assert(
      fc.asyncProperty(batch, async (bodies) => {
        const { parked, others } = await handle(bodies);
        expect(parked.map(({ MessageBody }) => MessageBody).sort()).toEqual([...bodies].sort());
        for (const { MessageAttributes } of parked) {
          expect(['malformed-message', 'foreign-message', reason]).toContain(MessageAttributes.reason.StringValue);
          expect(MessageAttributes.explanation.StringValue).toMatch(/^[\x20-\x7e]{1,1024}$/);
          expect(MessageAttributes['correlation-id'].StringValue).toMatch(/^(message-[0-4]|[0-9a-f-]{36})$/);
        }
        for (const { operation, input } of others) {
          expect(OF_SAGEMAKER.map((one) => `SageMaker.${one}`)).toContain(operation);
          expect(Object.values(input)).toEqual([expect.stringMatching(pattern('jobName'))]);
        }
      }),
      { numRuns: 100 },
    );
  }, 120_000);

  test('a batch of the largest messages that SQS takes leaves memory free', async () => {
    const bytes = 1024 * 1024;
    const zeros = (length: number) => Array.from({ length }, () => 0);
    const largest = [
      JSON.stringify({ ...honest, detail: zeros(500_000), datasets: zeros(10), notCompared: zeros(10) }),
      JSON.stringify({ ...honest, datasets: zeros(500_000) }),
      JSON.stringify({ ...honest, notCompared: zeros(500_000) }),
      JSON.stringify({ ...honest, ...Object.fromEntries(zeros(70_000).map((_, index) => [`key${index}`, 0])) }),
      // as a walk of the reconciler says where it is.
      JSON.stringify({ walk: 'scheduled-1', datasets: zeros(500_000) }),
      '['.repeat(bytes),
    ];
    for (const body of largest) {
      expect(body.length).toBeLessThan(1.05 * bytes);
      await handle(Array.from({ length: batchSize }, () => body));
    }
  }, 120_000);
});
