import { planGraph } from '../../../core/chain/lineage-graph-plan';
import { contract } from '../../../core/contract';
import { Postponed } from '../../../core/delivery/failures';
import type { Telemetry } from '../../../lambda/queue-handler';
import { graphCompleter } from '../../../lambda/run-tagger/lineage-graph';
import { maker, publication, storedDataset } from '../../core/chain/training-findings';
import { GraphInMemory } from '../../core/sagemaker/graph-in-memory';

const COMPONENT = 'arn:aws:sagemaker:us-east-1:111122223333:experiment-trial-component/prepare-1-aws-processing-job';
const LAST = contract.limits.graphAttempts;

function telemetry() {
  const counted: string[] = [];
  const logged: unknown[] = [];
  const log = (...line: unknown[]) => void logged.push(line);
  const logger = { info: log, error: log } as unknown as Telemetry['logger'];
  return {
    counted,
    logged,
    telemetry: { logger, correlationId: 'c-1', count: (metric: string) => void counted.push(metric) },
  };
}

/** A graph that has the processing job, or does not have it yet. */
function graph({ hasJob }: { hasJob: boolean }): GraphInMemory {
  const found = new GraphInMemory();
  if (hasJob) {
    found.components.push({ arn: COMPONENT, source: maker.arn, createdAt: new Date(maker.createdAt) });
  }
  return found;
}

test('what a statement says is added to the graph', async () => {
  const { counted, logged, telemetry: told } = telemetry();
  const { client, edges } = graph({ hasJob: true });
  await graphCompleter(client, 's3://bucket/dvc')(storedDataset(), [], told, 1);
  expect([...edges.values()]).toEqual(['Produced']);
  expect(counted).toEqual([]);
  expect(logged).toEqual([['lineage graph completed', expect.objectContaining({ job: maker.arn, added: 1 })]]);
});

test('where a statement adds nothing, SageMaker is not asked', async () => {
  const { client, called } = graph({ hasJob: false });
  const conflict = storedDataset({ ...publication, status: 'conflict', reason: 'tag-differs', explanation: 'x' });
  expect(planGraph(conflict, 's3://bucket/dvc')).toBeUndefined();
  await graphCompleter(client, 's3://bucket/dvc')(conflict, [], telemetry().telemetry, 1);
  expect(called).toEqual([]);
});

test.each([1, LAST - 1])('a job that is not in the graph at attempt %d is waited for', async (attempt) => {
  const { counted, telemetry: told } = telemetry();
  const completing = graphCompleter(graph({ hasJob: false }).client, 's3://bucket/dvc')(
    storedDataset(),
    [],
    told,
    attempt,
  );
  await expect(completing).rejects.toThrow(Postponed);
  expect(counted).toEqual([]);
});

test.each([LAST, LAST + 50])(
  'a job that is not in the graph at attempt %d either is counted, and is done',
  async (attempt) => {
    const { counted, logged, telemetry: told } = telemetry();
    await graphCompleter(graph({ hasJob: false }).client, 's3://bucket/dvc')(storedDataset(), [], told, attempt);
    expect(counted).toEqual(['JobsWithIncompleteGraph']);
    expect(JSON.stringify(logged)).toContain('no trial component');
  },
);

test('a refusal is told like a job that does not come: it parks nothing', async () => {
  const { counted, telemetry: told } = telemetry();
  const refusing = graph({ hasJob: true });
  refusing.failing.set('CreateArtifact', Object.assign(new Error('no right'), { name: 'AccessDeniedException' }));
  const complete = graphCompleter(refusing.client, 's3://bucket/dvc');
  await expect(complete(storedDataset(), [], told, 1)).rejects.toMatchObject({ name: 'Postponed' });
  await complete(storedDataset(), [], told, LAST);
  expect(counted).toEqual(['JobsWithIncompleteGraph']);
});

test('the calls end with the time that they may take, well before that of the function', async () => {
  const { client } = graph({ hasJob: true });
  const send = jest.spyOn(client, 'send');
  await graphCompleter(client, 's3://bucket/dvc')(storedDataset(), [], telemetry().telemetry, 1);
  expect(send.mock.calls.length).toBeGreaterThan(2);
  for (const [, options] of send.mock.calls) {
    expect(options).toMatchObject({ abortSignal: expect.any(AbortSignal) });
  }
  expect(contract.limits.graphSeconds).toBeLessThanOrEqual(60);
});
