import type { CurrentObject, DescribedDeployment } from '../../../core/chain/deployment';
import { deriveDeployment } from '../../../core/chain/derive-deployment';
import type { StoredTraining } from '../../../core/chain/run-tags';
import type { PhaseName } from '../../../core/reconcile/walk';
import { readDeployment } from '../../../core/sagemaker/deployment-event';
import { arn, container, endpointWith, MODEL_URI, packageArn, packageWith } from '../chain/deployment-findings';
import { outcomeNumber, trainingDraft } from '../evidence/drafts';
import { EstateInMemory, trainingJob, UNTIL, walkThrough } from './estate-in-memory';

const CHANGED = new Date('2026-01-02T03:35:00Z');
const LATER = new Date('2026-01-09T00:00:00Z');
const endpoint = endpointWith(container);
const modelPackage = packageWith();
const transform: DescribedDeployment = {
  ...endpoint,
  about: {
    kind: 'transform-job',
    arn: arn('transform-job/batch'),
    name: 'Batch',
    createdAt: '2026-01-02T03:30:00.000Z',
  },
};
const bytes = trainingDraft().predicate.model?.value as CurrentObject;
const lost = 'deployment-without-statement';

let estate: EstateInMemory;

const look = (only: PhaseName) => walkThrough(estate, { only });

function putToUse(described: DescribedDeployment, status: string, changedAt = CHANGED): void {
  estate.deployments.splice(0, 1, { described, status, changedAt });
}

/** States what is put to use, as the deployment-recorder does; unless told otherwise, by all that is stated of the job. */
async function state(deployment: DescribedDeployment, trainings?: readonly StoredTraining[]): Promise<void> {
  await estate.state(
    deriveDeployment({
      ...{ platform: 'demo', deployment, at: UNTIL, recordedBy: 'cdk-ml-lineage/0.1.0' },
      objects: new Map([[MODEL_URI, { object: bytes.object, sha256: bytes.sha256 }]]),
      trainings: new Map([['train-1', trainings ?? (await estate.trainings('train-1'))]]),
    }),
  );
}

beforeEach(async () => {
  estate = new EstateInMemory();
  await estate.addSoundJob();
});

test.each<[phase: PhaseName, status: string, described: DescribedDeployment]>([
  ['endpoints', 'InService', endpoint],
  ['transform-jobs', 'Completed', transform],
  ['transform-jobs', 'InProgress', transform],
  ['model-packages', 'Completed', modelPackage],
])('of the %s, what is %s with a model of the platform and not stated is fed', async (phase, status, described) => {
  putToUse(described, status);
  const { gaps, messages, walk } = await look(phase);
  expect(gaps).toEqual([`${lost} ${described.about.arn} fed`]);
  const [queue, body = ''] = messages[0]?.split(/ (.*)/) ?? [];
  expect(queue).toBe('changes');
  const { kind, arn, name } = described.about;
  expect(readDeployment(body)).toEqual(kind === 'model-package' ? { kind, arn } : { kind, arn, name });
  expect(walk.looked).toEqual({ [phase]: { seen: 1, ours: 1 } });
});

test.each<[phase: PhaseName, status: string, described: DescribedDeployment]>([
  ['endpoints', 'InService', endpoint],
  ['transform-jobs', 'Failed', transform],
  ['model-packages', 'Completed', modelPackage],
])('of the %s, what is %s and stated as it is, is sound', async (phase, status, described) => {
  putToUse(described, status);
  await state(described);
  expect(await look(phase)).toMatchObject({ gaps: [], messages: [], walk: { looked: { [phase]: { ours: 1 } } } });
});

test.each<[phase: PhaseName, status: string, described: DescribedDeployment]>([
  ['endpoints', 'Creating', endpoint],
  ['endpoints', 'Updating', endpoint],
  ['endpoints', 'Failed', endpoint],
  ['model-packages', 'Pending', modelPackage],
])('of the %s, what is %s puts nothing to use yet', async (phase, status, described) => {
  putToUse(described, status);
  expect((await look(phase)).gaps).toEqual([]);
});

test('what was changed a moment ago is left to the ordinary way', async () => {
  putToUse(endpoint, 'InService', UNTIL);
  expect((await look('endpoints')).gaps).toEqual([]);
});

test('what has no model of the platform is of others', async () => {
  const theirs = { ...container, data: { kind: 'object', uri: 's3://theirs/model.tar.gz' } } as const;
  putToUse(endpointWith(theirs), 'InService');
  const { gaps, walk } = await look('endpoints');
  expect(gaps).toEqual([]);
  expect(walk.looked).toEqual({ endpoints: { seen: 1, ours: 0 } });
});

test('what was deleted since it was listed is no gap', async () => {
  putToUse(endpoint, 'InService');
  estate.describeDeployment = async () => undefined;
  expect((await look('endpoints')).gaps).toEqual([]);
});

describe('with a model of a job of which nothing is stated', () => {
  const uri = MODEL_URI.replace('train-1', 'lost');
  const job = { ...trainingJob('lost'), modelUri: uri };

  beforeEach(() => {
    putToUse(endpointWith({ ...container, data: { kind: 'object', uri } }), 'InService');
  });

  test('it is a gap of its own, once the statement should have come', async () => {
    estate.jobs.push({ job });
    expect((await look('endpoints')).gaps).toEqual([`${lost} ${endpoint.about.arn} fed`]);
  });

  test('it is left to the next walk while the statement may still come', async () => {
    estate.jobs.push({ job });
    estate.now = new Date(job.endedAt.getTime() + 60_000);
    expect((await look('endpoints')).gaps).toEqual([]);
  });
});

test('an endpoint that serves something else now is fed', async () => {
  await state(endpoint);
  putToUse({ ...endpoint, endpointConfig: 'Config-2' }, 'InService', LATER);
  expect((await look('endpoints')).gaps).toEqual([`deployment-changed ${endpoint.about.arn} fed`]);
});

test('an endpoint with another model behind the same configuration is fed', async () => {
  await state(endpoint);
  const variants = [{ name: 'all', modelArn: arn('model/model-2'), weight: '1' }];
  putToUse({ ...endpoint, variants }, 'InService', LATER);
  expect((await look('endpoints')).gaps).toEqual([`deployment-changed ${endpoint.about.arn} fed`]);
});

test('an endpoint of which only the capacity was changed is sound', async () => {
  await state(endpoint);
  putToUse(endpoint, 'InService', LATER);
  expect((await look('endpoints')).gaps).toEqual([]);
});

test('a model package that was approved since is fed', async () => {
  await state(modelPackage);
  putToUse(
    { ...modelPackage, packages: modelPackage.packages.map((one) => ({ ...one, approval: 'Approved' })) },
    'Completed',
  );
  expect((await look('model-packages')).gaps).toEqual([`deployment-changed ${packageArn} fed`]);
});

test('what goes by a statement about a training that is not the last one is fed', async () => {
  await state(endpoint);
  await estate.state(outcomeNumber(2));
  putToUse(endpoint, 'InService');
  const { gaps, explanations } = await look('endpoints');
  expect(gaps).toEqual([`deployment-behind ${endpoint.about.arn} fed`]);
  expect(explanations[0]).toContain('demo/training-job/train-1/20260102T030405.000Z/000002.json');
  await state(endpoint);
  expect((await look('endpoints')).gaps).toEqual([]);
});

test('what was stated before the training of its model is fed', async () => {
  await state(endpoint, []);
  putToUse(endpoint, 'InService');
  expect((await look('endpoints')).gaps).toEqual([`deployment-behind ${endpoint.about.arn} fed`]);
});

test('what has other bytes than any job of the name is not behind', async () => {
  await estate.state(trainingDraft({ model: null }));
  await state(endpoint, []);
  putToUse(endpoint, 'InService');
  expect((await look('endpoints')).gaps).toEqual([]);
});

test('a transform job that was made before the time that is looked at is left out', async () => {
  const createdAt = '2025-01-01T00:00:00.000Z';
  estate.deployments.push({
    ...{ status: 'Completed', changedAt: CHANGED },
    described: { ...transform, about: { ...transform.about, createdAt } },
  });
  expect((await look('transform-jobs')).walk.looked).toEqual({ 'transform-jobs': { seen: 0, ours: 0 } });
});
