import { trainingJobsGiven } from '../../../core/sagemaker/graph-search';
import { GraphInMemory } from './graph-in-memory';

const ACCOUNT = 'arn:aws:sagemaker:us-east-1:111122223333';
const md5 = '7f08d2d2b3dd1cf0b1f8dc5c4fa2c3bb.dir';
const dataset = { sourceUri: `s3://remote/dvc/files/md5/7f/${md5.slice(2)}`, md5 };
const ARTIFACT = `${ACCOUNT}:artifact/0`;

/** A graph in which the dataset leads to jobs of these kinds and names. */
function graphWith(...jobs: [kind: string, name: string][]): GraphInMemory {
  const graph = new GraphInMemory();
  const Source = { SourceUri: dataset.sourceUri, SourceTypes: [{ SourceIdType: 'MD5Hash', Value: md5.slice(0, 32) }] };
  graph.artifacts.push({ arn: ARTIFACT, input: { ArtifactType: 'DataSet', Source } as never });
  for (const [kind, name] of jobs) {
    const arn = `${ACCOUNT}:experiment-trial-component/${name.toLowerCase()}-aws-${kind}`;
    const source = `${ACCOUNT}:${kind}/${name.toLowerCase()}`;
    graph.components.push({ arn, source, name: `${name}-aws-${kind}`, createdAt: new Date(0) });
    graph.edges.set(`${ARTIFACT} ${arn}`, 'ContributedTo');
  }
  return graph;
}

async function found(graph: GraphInMemory, sought = dataset): Promise<string[]> {
  const names: string[] = [];
  for await (const name of trainingJobsGiven(graph.client, sought)) {
    names.push(name);
  }
  return names;
}

test('a dataset leads over all pages to the training jobs that were given it, by their names as they were written', async () => {
  const graph = graphWith(['training-job', 'Train-1'], ['processing-job', 'Evaluate-1'], ['training-job', 'train-2']);
  graph.edges.set(`${ARTIFACT} ${ACCOUNT}:artifact/9`, 'DerivedFrom');
  await expect(found(graph)).resolves.toEqual(['Train-1', 'train-2']);
});

test('a dataset that is not drawn leads to none, and is asked for once', async () => {
  const graph = new GraphInMemory();
  await expect(found(graph)).resolves.toEqual([]);
  expect(new Set(graph.called)).toEqual(new Set(['ListArtifacts']));
});

test('what the service makes of the same address is another artifact', async () => {
  const graph = graphWith(['training-job', 'train-1']);
  await expect(found(graph, { ...dataset, md5: `${'0'.repeat(32)}.dir` })).resolves.toEqual([]);
});

test('a component that is not named after its job leads to the name in the ARN', async () => {
  const graph = graphWith(['training-job', 'train-1']);
  graph.components[0] = { ...(graph.components[0] as (typeof graph.components)[0]), name: 'renamed' };
  await expect(found(graph)).resolves.toEqual(['train-1']);
});

test('a component that was deleted since leads nowhere, and one that may not be seen is an error', async () => {
  const graph = graphWith(['training-job', 'train-1']);
  graph.components.length = 0;
  await expect(found(graph)).resolves.toEqual([]);
  graph.failing.set('DescribeTrialComponent', Object.assign(new Error('no'), { name: 'AccessDeniedException' }));
  await expect(found(graph)).rejects.toThrow('no');
});
