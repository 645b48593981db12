import type { DescribedComponent } from '../../../core/chain/inference-component';
import { attributed } from '../../../core/trace/source-failure';
import { arn, container, endpointWith } from '../chain/deployment-findings';
import { COMMIT } from '../chain/training-findings';
import { type Estate, estate } from './estate';
import { COMMIT_SUBJECT, changeEndpoint, denied, ENDPOINT, follow, refusing, stateNothing } from './estate-changes';

const { models } = endpointWith(container);

function component(name: string, change: Partial<DescribedComponent> = {}): DescribedComponent {
  return {
    name,
    arn: arn(`inference-component/${name}`),
    status: 'in-service',
    models,
    packages: [],
    missing: [],
    containers: [],
    bases: [],
    ...change,
  };
}

/** An endpoint whose one variant has these inference components. */
async function estateWith(...components: DescribedComponent[]): Promise<Estate> {
  const given = await estate();
  changeEndpoint(given, { variants: [], models: [], componentVariants: ['all'] });
  given.state.components.set('all', components);
  await stateNothing(given);
  return given;
}

test('an endpoint of inference components leads by each of them to its data, of which no statement is made', async () => {
  const own = component('own', { models: [], containers: [container] });
  const { links, status, datasets } = await follow(await estateWith(component('by-model'), own), ENDPOINT);
  const components = links.filter(({ kind }) => kind === 'inference component');
  expect(components.map(({ value, problem }) => [value, problem])).toEqual([
    [arn('inference-component/by-model'), 'component-not-stated'],
    [arn('inference-component/own'), 'component-not-stated'],
  ]);
  const bytes = links.filter(({ kind }) => kind === 'model bytes').map(({ outcome }) => outcome);
  expect(bytes).toEqual(['agrees', 'agrees']);
  expect(links.filter(({ kind }) => kind === 'data commit').map(({ value }) => value)).toEqual([COMMIT, COMMIT]);
  expect(datasets).toHaveLength(1);
  expect(links.map(({ problem }) => problem)).toContain('evidence-unresolved');
  expect(status).toBe('unresolved');
});

test('variants with models of their own and inference components are followed, all of them', async () => {
  const given = await estateWith(component('attached'));
  changeEndpoint(given, { variants: [{ name: 'own', modelArn: arn('model/model-1'), weight: '1' }], models });
  const { links, problems } = await follow(given, ENDPOINT);
  expect(links.filter(({ kind }) => kind === 'variant').map(({ value }) => value)).toEqual(['own', 'all']);
  expect(links.filter(({ kind }) => kind === 'data commit')).toHaveLength(2);
  expect(problems).not.toContain('variants-differ');
});

test('an adapter and its base are two chains, and no one answer', async () => {
  const adapter = component('adapter', {
    models: [],
    containers: [{ ...container, data: { kind: 'object', uri: 's3://artifacts/models/train-2/output/model.tar.gz' } }],
    bases: ['base'],
  });
  const { links, problems } = await follow(await estateWith(component('base'), adapter), ENDPOINT);
  expect(links).toContainEqual(
    expect.objectContaining({ kind: 'inference component', value: 'base', outcome: 'agrees' }),
  );
  expect(problems).toEqual(expect.arrayContaining(['variants-differ', 'training-job-not-found']));
});

test.each<[what: string, components: DescribedComponent[], problem: string]>([
  ['a variant to which nothing is attached', [], 'deployment-incomplete'],
  ['a component without a model', [component('empty', { models: [] })], 'deployment-incomplete'],
  [
    'a component whose model is gone',
    [
      component('gone', {
        models: [],
        missing: [{ code: 'model-missing', explanation: 'there is no model m any more' }],
      }),
    ],
    'deployment-incomplete',
  ],
  ['an adapter without its base', [component('adapter', { bases: ['elsewhere'] })], 'deployment-incomplete'],
  ['a component that is being changed', [component('new', { status: 'changing' })], 'not-at-rest'],
  ['a component that has failed', [component('old', { status: 'failed' })], 'component-failed'],
  [
    'more components than are looked at',
    [...Array(101).keys()].map((index) => component(`c${index}`)),
    'deployment-incomplete',
  ],
])('%s is told as such, and is no pass', async (_what, components, problem) => {
  const { links, status } = await follow(await estateWith(...components), ENDPOINT);
  const told = links.filter((link) => link.problem === problem);
  expect(told).not.toEqual([]);
  expect(told.every(({ outcome }) => outcome === 'missing')).toBe(true);
  expect(status).toBe('unresolved');
});

test('components that may not be listed are no components that are not there', async () => {
  const given = await estateWith(component('attached'));
  failListing(given);
  const { problems } = await follow(given, ENDPOINT);
  expect(problems).toContain('access-denied');
  expect(problems).not.toContain('deployment-incomplete');
  expect((await follow(given, COMMIT_SUBJECT)).problems).toContain('access-denied');
});

function failListing({ sources }: Estate): void {
  const inferenceComponents = refusing(denied);
  Object.assign(sources.sagemaker, attributed('SageMaker', { inferenceComponents }));
}

test('data leads forward to the endpoint that has an inference component with its model', async () => {
  for (const attached of [component('by-model'), component('own', { models: [], containers: [container] })]) {
    const { links } = await follow(await estateWith(attached), COMMIT_SUBJECT);
    expect(links.map(({ kind, value }) => [kind, value])).toContainEqual(['endpoint', arn('endpoint/serving')]);
  }
  const none = await follow(await estateWith(component('empty', { models: [] })), COMMIT_SUBJECT);
  expect(none.links.map(({ kind }) => kind)).not.toContain('endpoint');
});
