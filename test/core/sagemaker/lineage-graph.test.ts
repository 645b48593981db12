import fc from 'fast-check';
import type { GraphPlan } from '../../../core/chain/lineage-graph-plan';
import { contract } from '../../../core/contract';
import { writeLineageGraph } from '../../../core/sagemaker/lineage-graph';
import { GraphInMemory } from './graph-in-memory';

const ACCOUNT = 'arn:aws:sagemaker:us-east-1:111122223333';
const CREATED = '2026-01-02T03:04:05.000Z';
const COMPONENT = `${ACCOUNT}:experiment-trial-component/train-1-aws-training-job`;
const ACTION = `${ACCOUNT}:action/diagnosis-1`;
const job = { arn: `${ACCOUNT}:training-job/train-1`, createdAt: CREATED };
const later = (seconds: number) => new Date(new Date(CREATED).getTime() + seconds * 1000);

const dataset = (md5: string) => ({
  name: `dvc-${md5.slice(0, 32)}`,
  sourceUri: `s3://bucket/dvc/files/md5/${md5}`,
  md5,
  properties: { 'lineage.status': 'verified' },
});
const LISTING = `${'1'.repeat(32)}.dir`;
const FILE = '2'.repeat(32);
const given: GraphPlan = {
  job,
  datasets: [dataset(LISTING), dataset(FILE)],
  relation: 'ContributedTo',
  jobIs: 'destination',
  runIds: ['r1', 'r2'],
};
const made: GraphPlan = { ...given, relation: 'Produced', jobIs: 'source', runIds: [] };

/** A graph in which the service shows the job, and one of its runs. */
function graphOfJob(pause?: (operation: string) => Promise<unknown>): GraphInMemory {
  const graph = new GraphInMemory(pause);
  graph.components.push({ arn: COMPONENT, source: job.arn, createdAt: later(1) });
  graph.actions.push({ arn: ACTION, type: 'MLflow Experiment', runId: 'r2', createdAt: later(60) });
  return graph;
}

/** The graph without the ids that SageMaker gives artifacts. */
function shown({ artifacts, edges }: GraphInMemory): string[] {
  const names = new Map(artifacts.map(({ arn, input }) => [arn, input.Source?.SourceUri ?? '']));
  return [...edges]
    .map(([ends, type]) =>
      ends
        .split(' ')
        .map((arn) => names.get(arn) ?? arn)
        .join(` ${type} `),
    )
    .sort();
}

const GIVEN = [
  `${COMPONENT} ContributedTo ${ACTION}`,
  ...[LISTING, FILE].map((md5) => `s3://bucket/dvc/files/md5/${md5} ContributedTo ${COMPONENT}`),
].sort();
const MADE = [LISTING, FILE].map((md5) => `${COMPONENT} Produced s3://bucket/dvc/files/md5/${md5}`).sort();

test('datasets lead to the training job, and the job to the action of its run', async () => {
  const graph = graphOfJob();
  await expect(writeLineageGraph(given, [], graph.client)).resolves.toEqual({
    datasets: 2,
    actions: 1,
    added: 3,
    areMoreActions: false,
  });
  expect(shown(graph)).toEqual(GIVEN);
  expect(graph.artifacts[0]?.input).toEqual({
    ArtifactName: dataset(LISTING).name,
    ArtifactType: 'DataSet',
    Source: {
      SourceUri: dataset(LISTING).sourceUri,
      SourceTypes: [{ SourceIdType: 'MD5Hash', Value: '1'.repeat(32) }],
    },
    Properties: { 'lineage.status': 'verified' },
  });
});

test('a processing job leads to its datasets, and asks for no actions', async () => {
  const graph = graphOfJob();
  await writeLineageGraph(made, [], graph.client);
  expect(shown(graph)).toEqual(MADE);
  expect(graph.called).not.toContain('ListActions');
});

test('doing it again adds nothing, whatever the properties are then', async () => {
  const graph = graphOfJob();
  await writeLineageGraph(given, [], graph.client);
  const again = { ...given, datasets: given.datasets.map((one) => ({ ...one, properties: { other: 'x' } })) };
  await expect(writeLineageGraph(again, [], graph.client)).resolves.toMatchObject({ added: 0 });
  expect(shown(graph)).toEqual(GIVEN);
  expect(graph.artifacts.map(({ input }) => input.Properties)).toEqual(
    given.datasets.map(({ properties }) => properties),
  );
});

test('any number of writers at once, of both jobs and in any order of their calls, end in the same graph', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(fc.constantFrom(given, made), { minLength: 1, maxLength: 6 }),
      async (scheduler, plans) => {
        const graph = graphOfJob((operation) => scheduler.schedule(Promise.resolve(), operation));
        const writers = plans.map((plan) => writeLineageGraph(plan, [], graph.client));
        await scheduler.waitFor(Promise.all(writers));
        expect(shown(graph)).toEqual(
          [...(plans.includes(given) ? GIVEN : []), ...(plans.includes(made) ? MADE : [])].sort(),
        );
        expect(graph.artifacts).toHaveLength(2);
      },
    ),
    { numRuns: 60 },
  );
});

test.each([
  ['none', []],
  ['one of a deleted job that had its name', [{ arn: COMPONENT, source: job.arn, createdAt: later(-3600) }]],
  ['one of another job', [{ arn: COMPONENT, source: `${job.arn}0`, createdAt: later(1) }]],
])('with %s in the place of its trial component, a job is not in the graph yet', async (_what, components) => {
  const graph = new GraphInMemory();
  graph.components.push(...components);
  await expect(writeLineageGraph(given, [], graph.client)).rejects.toThrow(`no trial component of ${job.arn} yet`);
  expect(graph.artifacts).toEqual([]);
});

test('the trial component of the job itself is taken where that of an older job of its name is there too', async () => {
  const graph = new GraphInMemory();
  graph.components.push(
    { arn: `${COMPONENT}-old`, source: job.arn, createdAt: later(-3600) },
    { arn: COMPONENT, source: job.arn, createdAt: later(1) },
  );
  await writeLineageGraph(made, [], graph.client);
  expect(shown(graph)).toEqual(MADE);
});

test('a run whose model became a package, and that has no action, is waited for once all else is written', async () => {
  const graph = graphOfJob();
  await expect(writeLineageGraph(given, ['r1'], graph.client)).rejects.toThrow('no action of the run r1 yet');
  expect(shown(graph)).toEqual(GIVEN);
  graph.actions.push({ arn: `${ACTION}-1`, type: 'MLflow Experiment', runId: 'r1', createdAt: later(70) });
  await expect(writeLineageGraph(given, ['r1', 'r2'], graph.client)).resolves.toMatchObject({ actions: 2, added: 1 });
  // of a run that the statement does not name, nothing is expected.
  await writeLineageGraph(given, ['r3'], graph.client);
});

test('actions of another type, of other runs and from before the job are let be', async () => {
  const graph = graphOfJob();
  graph.actions.push(
    { arn: 'a:other-type', type: 'Approval', runId: 'r1', createdAt: later(1) },
    { arn: 'a:other-run', type: 'MLflow Experiment', runId: 'r9', createdAt: later(1) },
    { arn: 'a:before', type: 'MLflow Experiment', runId: 'r1', createdAt: later(-3600) },
  );
  await writeLineageGraph(given, [], graph.client);
  expect(shown(graph)).toEqual(GIVEN);
});

test('no more actions are looked at than is allowed, and it is said that there are more', async () => {
  const graph = graphOfJob();
  const others = Array.from({ length: contract.limits.graphActionsSearched }, (_, index) => ({
    arn: `a:${index}`,
    type: 'MLflow Experiment',
    runId: 'r9',
    createdAt: later(1),
  }));
  graph.actions.unshift(...others);
  await expect(writeLineageGraph(given, ['r2'], graph.client)).resolves.toMatchObject({
    actions: 0,
    areMoreActions: true,
  });
});

test('an artifact of the same address that knows no digest, or is of another type, is another one', async () => {
  const graph = graphOfJob();
  const { sourceUri } = dataset(LISTING);
  graph.artifacts.push(
    { arn: 'a:service', input: { ArtifactType: 'DataSet', Source: { SourceUri: sourceUri, SourceTypes: [] } } },
    {
      arn: 'a:etag',
      input: {
        ArtifactType: 'DataSet',
        Source: { SourceUri: sourceUri, SourceTypes: [{ SourceIdType: 'S3ETag', Value: '1'.repeat(32) }] },
      },
    },
  );
  await writeLineageGraph(given, [], graph.client);
  expect([...graph.edges.keys()].join()).not.toMatch(/a:(service|etag)/);
  expect(graph.artifacts).toHaveLength(4);
});

test.each(['ListTrialComponents', 'ListArtifacts', 'CreateArtifact', 'AddAssociation', 'ListActions'])(
  'what %s refuses is told as it was said',
  async (operation) => {
    const graph = graphOfJob();
    const refusal = Object.assign(new Error('not authorized'), { name: 'AccessDeniedException' });
    graph.failing.set(operation, refusal);
    await expect(writeLineageGraph(given, [], graph.client)).rejects.toBe(refusal);
  },
);
