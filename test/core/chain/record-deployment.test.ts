import type { DescribedDeployment } from '../../../core/chain/deployment';
import type { DeploymentDraft } from '../../../core/chain/derive-deployment';
import type { StoredDeployment } from '../../../core/chain/package-properties';
import { type DeploymentSources, recordDeployment } from '../../../core/chain/record-deployment';
import { contract } from '../../../core/contract';
import { appendStatement } from '../../../core/evidence/append-statement';
import { newLedger } from '../evidence/ledger';
import { AT, container, current, endpointWith, MODEL_URI, packageWith, training } from './deployment-findings';
import { COMMIT } from './training-findings';

/** Sources in memory: a verified training, and a package whose properties can be written. */
function recording(change: Partial<DeploymentSources> = {}) {
  const { ledger, store } = newLedger();
  const properties: Record<string, string> = {};
  const drafts: DeploymentDraft[] = [];
  let writes = 0;
  const sources: DeploymentSources = {
    platform: 'demo',
    readObject: async () => current,
    trainings: async () => [training()],
    trainingJob: async () => undefined,
    isKnown: async () => false,
    isTagged: async () => false,
    record: async (draft) => {
      drafts.push(draft);
      return (await appendStatement(draft, ledger)) as unknown as StoredDeployment;
    },
    writeProperties: async (_arn, written) => {
      writes += 1;
      Object.assign(properties, written);
    },
    recordedBy: 'cdk-ml-lineage/0.1.0',
    now: () => AT,
    ...change,
  };
  return { sources, store, properties, drafts, writes: () => writes };
}

test('a package gets what its statement says, and the event about that changes nothing', async () => {
  const { sources, store, properties, writes } = recording();
  const first = await recordDeployment(packageWith(), sources);
  expect(properties).toEqual({
    data_git_commit_id: COMMIT,
    'lineage.status': 'verified',
    'lineage.assurance': 'attested',
    'lineage.reason': 'everything was compared',
    'lineage.evidence': `${first?.stored.key}@sha256:${first?.stored.sha256}`,
    'lineage.platform': 'demo',
    'lineage.recorded_by': 'cdk-ml-lineage/0.1.0',
  });
  const second = await recordDeployment(packageWith({ ...properties }), sources);
  expect(second?.written).toEqual({});
  expect(second?.stored.key).toBe(first?.stored.key);
  expect(writes()).toBe(1);
  expect(store.keys()).toHaveLength(1);
});

test('each property is one that SageMaker takes', async () => {
  const { sources, properties } = recording();
  await recordDeployment(packageWith({ data_git_commit_id: 'f'.repeat(40) }), sources);
  // the pattern of CreateModelPackage's CustomerMetadataProperties.
  for (const [name, value] of Object.entries(properties)) {
    expect(name).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u);
    expect(value).toMatch(/^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u);
  }
  expect(properties).toMatchObject({ 'lineage.status': 'conflict', 'lineage.reason': 'tag-differs' });
  expect(properties).not.toHaveProperty('data_git_commit_id');
});

test('a package without room for it is parked, with its statement kept', async () => {
  const { sources, drafts, writes } = recording();
  const full = Object.fromEntries(Array.from({ length: 45 }, (_, index) => [`key-${index}`, 'x']));
  await expect(recordDeployment(packageWith(full), sources)).rejects.toMatchObject({ reason: 'package-full' });
  expect(drafts).toHaveLength(1);
  expect(writes()).toBe(0);
});

test('an endpoint gets no properties', async () => {
  const { sources, writes } = recording();
  await expect(recordDeployment(endpointWith(container), sources)).resolves.toMatchObject({ written: {} });
  expect(writes()).toBe(0);
});

describe('of a deployment whose models nobody stated anything of', () => {
  const stranger: Partial<DeploymentSources> = { trainings: async () => [] };

  test('nothing is kept', async () => {
    const { sources, drafts } = recording(stranger);
    await expect(recordDeployment(endpointWith(container), sources)).resolves.toBeUndefined();
    expect(drafts).toEqual([]);
  });

  test.each<[what: string, change: Partial<DeploymentSources>]>([
    ['its tag names the platform', { isTagged: async (arn) => arn === endpointWith().taggedArn }],
    ['something was stated of it before', { isKnown: async () => true }],
  ])('that it is unresolved is kept where %s', async (_what, change) => {
    const { sources } = recording({ ...stranger, ...change });
    const recorded = await recordDeployment(endpointWith(container), sources);
    expect(recorded?.stored.statement.predicate.outcome.status).toBe('unresolved');
  });

  const ended = (secondsAgo: number, modelUri = MODEL_URI, ofPlatform = true): Partial<DeploymentSources> => ({
    ...stranger,
    trainingJob: async () => ({ modelUri, endedAt: new Date(AT.getTime() - secondsAgo * 1000), ofPlatform }),
  });
  const longAgo = contract.limits.trainingStatementSeconds + 1;

  test('it is tried again while the statement about a job of the platform may still come', async () => {
    const { sources, drafts } = recording(ended(1));
    await expect(recordDeployment(endpointWith(container), sources)).rejects.toThrow(/nothing is stated yet/);
    const running: Partial<DeploymentSources> = {
      ...stranger,
      trainingJob: async () => ({ modelUri: MODEL_URI, endedAt: undefined, ofPlatform: true }),
    };
    await expect(recordDeployment(endpointWith(container), recording(running).sources)).rejects.toThrow(/stated yet/);
    expect(drafts).toEqual([]);
  });

  test('it is unresolved once the statement should have come', async () => {
    const recorded = await recordDeployment(endpointWith(container), recording(ended(longAgo)).sources);
    expect(recorded?.stored.statement.predicate.outcome.status).toBe('unresolved');
  });

  test.each<[what: string, change: Partial<DeploymentSources>]>([
    ['a job of another platform', ended(1, MODEL_URI, false)],
    ['a job that wrote its model elsewhere', ended(1, 's3://other/train-1/output/model.tar.gz')],
  ])('%s is not waited for', async (_what, change) => {
    await expect(recordDeployment(endpointWith(container), recording(change).sources)).resolves.toBeUndefined();
  });
});

test('the bytes under one address are read once, however many containers have them', async () => {
  const read: string[] = [];
  const { sources } = recording({
    readObject: async (uri) => {
      read.push(uri);
      return current;
    },
  });
  const twice: DescribedDeployment = endpointWith(container, { ...container, image: 'image:2' });
  await recordDeployment(twice, sources);
  expect(read).toEqual([MODEL_URI]);
});
