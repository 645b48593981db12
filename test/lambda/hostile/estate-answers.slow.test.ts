import * as fc from 'fast-check';
import { beginWalk, PHASES, type PhaseName } from '../../../core/reconcile/walk';
import { readDeployment } from '../../../core/sagemaker/deployment-event';
import { readNamedJob } from '../../../core/sagemaker/job-event';
import { readWalk } from '../../../lambda/reconciler/read-walk';
import type { Lie } from './answering-estate';
import { ARN_PREFIX } from './honest-estate';
import type { Invocation } from './invocation';
import { liesOf, liesOfSagemaker } from './lies';
import type { RunningFunction } from './running-function';
import { StatedEstate, sagemakerEvent } from './stated-estate';

jest.setTimeout(300_000);

// of each kind of lie; more find more, and take longer.
const numRuns = Number(process.env.HOSTILE_RUNS ?? 50);
let estate: StatedEstate;

beforeAll(async () => {
  estate = await StatedEstate.start();
}, 120_000);

afterAll(() => estate?.stop());

/** Lies of whichever services have these operations. */
function liesAbout(operations: readonly string[]): fc.Arbitrary<Lie> {
  const { sagemaker, mlflow } = estate.services.honest;
  return fc.oneof(...operations.map((one) => (one in mlflow ? liesOf(mlflow, one) : liesOfSagemaker(sagemaker, one))));
}

describe('deployment-recorder', () => {
  const DEPLOYMENTS: readonly [what: string, kind: string, detail: object, operations: readonly string[]][] = [
    [
      'an endpoint',
      'Endpoint',
      { EndpointName: 'Serving', EndpointArn: `${ARN_PREFIX}:endpoint/serving` },
      ['DescribeEndpoint', 'DescribeEndpointConfig', 'DescribeModel'],
    ],
    [
      'a transform job',
      'Transform Job',
      { TransformJobName: 'Batch', TransformJobArn: `${ARN_PREFIX}:transform-job/batch` },
      ['DescribeTransformJob', 'DescribeModel'],
    ],
    [
      'a model package',
      'Model Package',
      { ModelPackageArn: `${ARN_PREFIX}:model-package/diagnosis/3` },
      ['DescribeModelPackage'],
    ],
  ];
  let recorder: RunningFunction;

  beforeAll(() => {
    recorder = estate.run('deployment-recorder');
  });

  test.each(DEPLOYMENTS)('control: %s with the model leads to its data', async (_what, kind, detail) => {
    estate.services.restore(estate.after);
    const { statements } = await recorder.handle(sagemakerEvent(kind, detail));
    expect(statements.map(({ predicate }) => predicate.outcome.status)).toEqual(['verified']);
    expect(JSON.stringify(statements)).toContain(estate.services.honest.dataCommit);
  });

  test.each(DEPLOYMENTS)(
    'whatever SageMaker describes as %s, no other data is stated',
    async (_what, kind, detail, operations) => {
      const event = sagemakerEvent(kind, detail);
      const outcomes = await recorder.handleLies(event, estate.after, liesAbout(operations), { numRuns });
      expect(outcomes.done).toBeGreaterThan(0);
    },
  );
});

describe('checkpoint-recorder', () => {
  const time = '2026-01-03T03:00:00Z';
  const scheduled = JSON.stringify({ source: 'aws.events', 'detail-type': 'Scheduled Event', time });
  let recorder: RunningFunction;

  beforeAll(() => {
    recorder = estate.run('checkpoint-recorder');
  });

  test('control: the jobs and runs of a day are counted', async () => {
    estate.services.restore(estate.after);
    const { statements } = await recorder.handle(scheduled);
    expect(statements.map(({ predicate }) => predicate.census)).toEqual([
      expect.objectContaining({
        trainingJobs: expect.objectContaining({ value: { listed: 1, inScope: 1, running: 0, withStatement: 1 } }),
        runs: expect.objectContaining({ value: { started: 1, tagged: 0, withStatement: 0 } }),
      }),
    ]);
  });

  test('whatever is listed for a census, no more statements are counted than there are', async () => {
    const check = ({ statements }: Invocation) => {
      for (const { predicate } of statements) {
        expect(predicate.problems.found).toBe(0);
        for (const count of [predicate.census.trainingJobs, predicate.census.processingJobs]) {
          const { listed = 1, inScope = 1, withStatement = 1 } = count.value ?? {};
          expect([listed >= inScope, inScope >= withStatement, withStatement <= 1]).toEqual([true, true, true]);
        }
      }
    };
    const lies = liesAbout([
      'ListTrainingJobs',
      'ListProcessingJobs',
      'DescribeTrainingJob',
      'experiments/search',
      'runs/search',
      'model-versions/search',
    ]);
    const outcomes = await recorder.handleLies(scheduled, estate.after, lies, { numRuns: 2 * numRuns, check });
    expect(outcomes.done).toBeGreaterThan(0);
  });
});

describe('reconciler', () => {
  const PHASES_WITH_ANSWERS: readonly [phase: PhaseName, sends: RegExp, operations: readonly string[]][] = [
    ['training-jobs', /Derivation/, ['ListTrainingJobs', 'DescribeTrainingJob']],
    ['processing-jobs', /Walk/, ['ListProcessingJobs', 'DescribeProcessingJob']],
    ['transform-jobs', /Changes/, ['ListTransformJobs', 'DescribeTransformJob', 'DescribeModel']],
    ['endpoints', /Changes/, ['ListEndpoints', 'DescribeEndpoint', 'DescribeEndpointConfig', 'DescribeModel']],
    ['model-packages', /Changes/, ['ListModelPackages', 'DescribeModelPackage']],
    ['runs', /Walk/, ['experiments/search', 'runs/search', 'DescribeTrainingJob']],
    ['logged-models', /Derivation/, ['experiments/search', 'logged-models/search', 'runs/get']],
    ['model-versions', /Derivation/, ['model-versions/search', 'runs/get']],
  ];
  // statements are of today.
  const tomorrow = new Date(Date.now() + 24 * 60 * 60 * 1000);
  const placeIn = (phase: PhaseName) =>
    JSON.stringify({ ...beginWalk('test-1', new Date('2026-01-01T00:00:00Z'), tomorrow), phase });
  // models without tags are looked for among those of jobs that are stated.
  const objectsFor = (phase: PhaseName) => (/models|versions/.test(phase) ? estate.after : estate.before);
  let reconciler: RunningFunction;

  beforeAll(() => {
    reconciler = estate.run('reconciler');
  });

  test.each(PHASES_WITH_ANSWERS)('control: among %s the walk finds what has no evidence', async (phase, sends) => {
    estate.services.restore(objectsFor(phase));
    const { outcome, sent } = await reconciler.handle(placeIn(phase));
    expect([outcome, sent.some(({ queueUrl }) => sends.test(queueUrl))]).toEqual(['done', true]);
  });

  test.each(PHASES_WITH_ANSWERS)(
    'whatever is listed as %s, what is sent is of this account, and the walk goes on from one place to the next',
    async (phase, _sends, operations) => {
      const check = ({ sent }: Invocation) => {
        for (const { queueUrl, body } of sent) {
          expect(body.length).toBeLessThan(256 * 1024);
          if (/Walk/.test(queueUrl)) {
            expect(PHASES).toContain(readWalk(body, 28, new Date()).phase);
          } else {
            const { arn } = /Derivation/.test(queueUrl) ? readNamedJob(body) : readDeployment(body);
            expect(arn.startsWith(`${ARN_PREFIX}:`)).toBe(true);
          }
        }
      };
      await reconciler.handleLies(placeIn(phase), objectsFor(phase), liesAbout(operations), { numRuns, check });
    },
  );
});
