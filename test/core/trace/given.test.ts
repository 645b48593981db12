import type { DescribedDeployment } from '../../../core/chain/deployment';
import { attributed } from '../../../core/trace/source-failure';
import type { TraceSubject } from '../../../core/trace/subject';
import { arn, container, endpointWith, packageArn, packageWith } from '../chain/deployment-findings';
import { DATASET, DERIVATION, type Estate, estate, RUN } from './estate';
import {
  COMMIT_SUBJECT,
  changeRun,
  denied,
  follow,
  LISTING_SUBJECT,
  refusing,
  tamper,
  unreachable,
} from './estate-changes';

const REVISION: TraceSubject = { kind: 'data-revision', revision: 'v1' };

const given = (links: readonly { kind: string }[]) => links.filter(({ kind }) => kind === 'given to');

test.each([COMMIT_SUBJECT, REVISION, LISTING_SUBJECT])(
  'a job that both sources know agrees, for $kind',
  async (subject) => {
    const { links } = await follow(await estate(), subject);
    expect(given(links)).toEqual([expect.objectContaining({ value: 'train-1', outcome: 'agrees' })]);
    expect(links.find(({ kind }) => kind === 'search')?.check).toMatch(
      /^1 run tagged with it in MLflow, 1 training job that SageMaker's lineage graph leads to, 1 endpoint in service, 1 model package in the evidence\. /,
    );
  },
);

test('a job whose run is deleted for good is found by the graph, with the run that the evidence names', async () => {
  const found = await estate();
  found.state.runs.clear();
  const { links, status } = await follow(found, COMMIT_SUBJECT);
  expect(given(links)).toEqual([expect.objectContaining({ problem: 'not-in-mlflow', outcome: 'not-compared' })]);
  expect(links).toContainEqual(
    expect.objectContaining({ kind: 'run', value: RUN, outcome: 'missing', problem: 'run-not-found' }),
  );
  expect(links.map(({ kind, value }) => [kind, value])).toEqual(
    expect.arrayContaining([
      ['training job', arn('training-job/train-1')],
      ['model package', packageArn],
      ['endpoint', arn('endpoint/serving')],
    ]),
  );
  expect(status).toBe('unresolved');
});

test('a run that lost the tags of lineage, and one that MLflow does not tell of, are told as such', async () => {
  const found = await estate();
  changeRun(found, { tags: { 'sagemaker.training_job_name': 'train-1' } });
  expect((await follow(found, COMMIT_SUBJECT)).problems).toEqual(
    expect.arrayContaining(['not-in-mlflow', 'run-without-tags']),
  );
  Object.assign(found.sources.mlflow, attributed('MLflow', { run: () => Promise.reject(denied) }));
  expect((await follow(found, COMMIT_SUBJECT)).problems).toContain('access-denied');
});

test('a job that only MLflow knows is told as one that is not drawn', async () => {
  const found = await estate();
  found.state.drawn.clear();
  const { links, status } = await follow(found, COMMIT_SUBJECT);
  expect(given(links)).toEqual([
    expect.objectContaining({
      problem: 'not-in-graph',
      check: "1 run is in MLflow tagged with it; SageMaker's lineage graph does not lead to it",
    }),
  ]);
  expect(status).toBe('recorded');
});

test('a job that was given the same data at another commit is found by the graph, and that is told', async () => {
  const found = await estate();
  const subject: TraceSubject = { kind: 'data-commit', commit: 'e'.repeat(40) };
  found.state.found = {
    status: 'recorded',
    dataCommit: subject.commit,
    datasets: [DATASET],
    notCompared: ['file-contents'],
  };
  const { links } = await follow(found, subject);
  expect(given(links)).toEqual([
    expect.objectContaining({
      check: expect.stringMatching(/it was given the same data at the data commit [0-9a-f]{40};/),
    }),
  ]);
});

test('a job of other data to which an edge leads is none that was given the data', async () => {
  const found = await estate();
  found.state.derivation = { ...DERIVATION, datasets: [{ path: 'a', md5: 'f'.repeat(32) }] };
  const { problems, status } = await follow(found, LISTING_SUBJECT);
  expect(problems).toContain('job-of-other-data');
  expect(status).toBe('conflict');
});

test('names that differ in case only are one job', async () => {
  const found = await estate();
  found.state.drawn.set(DATASET.md5, ['TRAIN-1']);
  expect(given((await follow(found, COMMIT_SUBJECT)).links)).toEqual([expect.objectContaining({ outcome: 'agrees' })]);
});

test('where one of the two does not answer, the other is followed, and that is told', async () => {
  const closed = await estate();
  Object.assign(closed.sources.mlflow, attributed('MLflow', { runsOfCommit: refusing(denied) }));
  const byGraph = await follow(closed, COMMIT_SUBJECT);
  expect(byGraph.problems).toEqual(expect.arrayContaining(['access-denied', 'not-in-mlflow']));
  expect(given(byGraph.links)).toEqual([
    expect.objectContaining({ check: "SageMaker's lineage graph leads to it; what MLflow says of it is not known" }),
  ]);
  const without = await estate();
  Object.assign(without.sources.sagemaker, attributed('SageMaker', { trainingJobsGiven: refusing(denied) }));
  const byTags = await follow(without, COMMIT_SUBJECT);
  expect(given(byTags.links)).toEqual([
    expect.objectContaining({ check: '1 run is in MLflow tagged with it; what SageMaker says of it is not known' }),
  ]);
  expect(byTags.status).toBe('unresolved');
  Object.assign(without.sources.mlflow, attributed('MLflow', { runsOfCommit: refusing(unreachable) }));
  const { links } = await follow(without, COMMIT_SUBJECT);
  expect(links.filter(({ kind }) => kind === 'search').map(({ outcome }) => outcome)).toEqual(['missing', 'missing']);
});

test('more jobs than are looked at are told', async () => {
  const found = await estate();
  found.state.drawn.set(
    DATASET.md5,
    [...Array(101).keys()].map((index) => `other-${index}`),
  );
  const { links } = await follow(found, LISTING_SUBJECT);
  expect(given(links)).toHaveLength(100);
  expect(links.find(({ outcome, kind }) => kind === 'search' && outcome === 'not-compared')?.check).toMatch(
    /; there are more, which were not looked at\. /,
  );
});

describe('a package of which only the evidence knows that it holds the model', () => {
  const packageLinks = async (found: Estate) =>
    (await follow(found, COMMIT_SUBJECT)).links.filter(({ kind }) => kind === 'model package');
  const redeploy = ({ state }: Estate, change: Partial<DescribedDeployment> | 'failed') =>
    state.deployments.set('Diagnosis/1', change === 'failed' ? change : { ...packageWith(), ...change });

  test('is found, and so is the endpoint that serves it', async () => {
    const found = await estate();
    const served = endpointWith({ image: undefined, data: { kind: 'none' }, packageArn });
    const packages = packageWith().packages.map((one) => ({ ...one, containers: [] }));
    found.state.deployments.set('Serving', { ...served, packages });
    const { links } = await follow(found, COMMIT_SUBJECT);
    expect(links).toContainEqual(
      expect.objectContaining({ kind: 'model package', value: packageArn, outcome: 'agrees' }),
    );
    expect(links.map(({ kind, value }) => [kind, value])).toContainEqual(['endpoint', arn('endpoint/serving')]);
  });

  test.each<[what: string, change: (found: Estate) => unknown, outcome: string, problem: string]>([
    ['was deleted', ({ state }) => state.deployments.delete('Diagnosis/1'), 'missing', 'model-package-not-found'],
    [
      'was deleted, and another made of its name',
      (e) => redeploy(e, { about: { ...packageWith().about, createdAt: '2026-02-01T00:00:00.000Z' } }),
      'missing',
      'model-package-not-found',
    ],
    ['has failed since', (e) => redeploy(e, 'failed'), 'missing', 'model-package-failed'],
    [
      'has other model data now',
      (e) =>
        redeploy(e, {
          packages: packageWith().packages.map((one) => ({
            ...one,
            containers: [{ ...container, data: { kind: 'object', uri: 's3://elsewhere/model.tar.gz' } as const }],
          })),
        }),
      'differs',
      'model-package-differs',
    ],
    [
      'may not be described',
      ({ sources }) =>
        Object.assign(sources.sagemaker, attributed('SageMaker', { deployment: () => Promise.reject(denied) })),
      'missing',
      'access-denied',
    ],
  ])('is told as such where it %s', async (_what, change, outcome, problem) => {
    const found = await estate();
    await change(found);
    expect(await packageLinks(found)).toEqual([expect.objectContaining({ value: packageArn, outcome, problem })]);
  });

  test('is looked for in vain where no key is trusted, or its statement is broken', async () => {
    const untrusting = await estate();
    Object.assign(untrusting.sources, { evidence: undefined });
    expect(await packageLinks(untrusting)).toEqual([]);
    const broken = await estate();
    const [key = ''] = broken.store.keys().filter((one) => one.includes('/model-package/'));
    tamper({ ...broken, stated: { ...broken.stated, key } });
    expect(await packageLinks(broken)).toEqual([
      expect.objectContaining({ value: 'in the evidence', outcome: 'differs', problem: 'evidence-broken' }),
    ]);
  });
});
