import type { CurrentObject, DescribedContainer, DescribedDeployment } from '../../../core/chain/deployment';
import { deriveDeployment } from '../../../core/chain/derive-deployment';
import type { StoredTraining } from '../../../core/chain/run-tags';
import { contract } from '../../../core/contract';
import { composeStatement } from '../../../core/evidence/statement';
import {
  AT,
  arn,
  container,
  current,
  endpointWith,
  MODEL_URI,
  packageArn,
  packageWith,
  training,
} from './deployment-findings';
import { COMMIT, derivation, model, unresolved } from './training-findings';

const verified = training();
const citation = { key: verified.key, sha256: verified.sha256 };

/** The predicate, which the published schema has taken. */
function derive(
  deployment: DescribedDeployment,
  trainings: readonly StoredTraining[] = [verified],
  objects: Readonly<Record<string, CurrentObject>> = { [MODEL_URI]: current },
) {
  const draft = deriveDeployment({
    platform: 'demo',
    deployment,
    objects: new Map(Object.entries(objects)),
    trainings: new Map([['train-1', trainings]]),
    at: AT,
    recordedBy: 'cdk-ml-lineage/0.1.0',
  });
  const position = { sequence: 1, previous: null, recordedAt: AT.toISOString() };
  return composeStatement(draft, position).predicate as ReturnType<typeof deriveDeployment>['predicate'];
}

test('the bytes that a verified statement names make a verified deployment, which cites it and its data commit', () => {
  expect(derive(endpointWith(container))).toMatchObject({
    outcome: { status: 'verified', assurance: 'attested', notCompared: [] },
    models: [{ value: { arn: arn('model/model-1'), artifact: current, trainingStatement: citation } }],
    data: [{ value: { dataCommit: COMMIT, trainingStatement: citation } }],
    checks: [
      { check: 'model-bytes', agrees: true },
      { check: 'training-statement', agrees: true },
    ],
  });
});

test('the same bytes elsewhere are the same model', () => {
  const copy = { ...current, object: { bucket: 'other', key: 'train-1/output/model.tar.gz', versionId: 'v9' } };
  const uri = 's3://other/train-1/output/model.tar.gz';
  const predicate = derive(endpointWith({ ...container, data: { kind: 'object', uri } }), [verified], { [uri]: copy });
  expect(predicate.outcome.status).toBe('verified');
});

test.each<[what: string, now: CurrentObject]>([
  ['other bytes', { ...current, sha256: '0'.repeat(64) }],
  ['another version with other bytes', { object: { ...model.object, versionId: 'v2' }, sha256: '0'.repeat(64) }],
  ['another version with the same bytes', { ...current, object: { ...model.object, versionId: 'v2' } }],
])('%s in the place of the model are a conflict that names both, and no data commit', (_what, now) => {
  const predicate = derive(endpointWith(container), [verified], { [MODEL_URI]: now });
  expect(predicate).toMatchObject({
    outcome: {
      status: 'conflict',
      assurance: 'configured',
      reasons: [{ code: 'model-bytes-differ', explanation: expect.stringContaining(model.sha256) }],
    },
    models: [{ value: { artifact: now, trainingStatement: null } }],
    data: [],
    checks: [{ check: 'model-bytes', agrees: false }],
  });
});

test.each<[what: string, trainings: StoredTraining[], objects: Record<string, CurrentObject>, notCompared: string[]]>([
  ['nothing is stated of the job', [], { [MODEL_URI]: current }, []],
  ['the statement names no model', [training({ model: undefined })], { [MODEL_URI]: current }, []],
  ['the bytes cannot be read', [verified], {}, ['model-bytes']],
])('where %s, the model has no statement', (_what, trainings, objects, notCompared) => {
  expect(derive(endpointWith(container), trainings, objects)).toMatchObject({
    outcome: { status: 'unresolved', reasons: [{ code: 'training-statement-missing' }], notCompared },
    models: [{ value: { trainingStatement: null } }],
    data: [],
  });
});

test.each<[what: string, data: DescribedContainer['data']]>([
  ['a folder, as a package that mirrors a model of MLflow has', { kind: 'no-single-object' }],
  ['an image alone', { kind: 'none' }],
])('%s is compared with nothing, and says so', (_what, data) => {
  expect(derive(endpointWith({ ...container, data })).outcome).toMatchObject({
    status: 'unresolved',
    reasons: [{ code: 'training-statement-missing' }],
    notCompared: ['model-bytes'],
  });
});

test.each<[status: string, cited: StoredTraining]>([
  ['recorded', training({ derivation })],
  ['conflict', training({ firstSeen: { dataCommit: 'f'.repeat(40), at: AT.toISOString() } })],
  ['unresolved', training({ derivation: unresolved, claims: [] })],
])('a chain with a training that is %s is so itself', (status, cited) => {
  expect(cited.statement.predicate.outcome.status).toBe(status);
  const { outcome } = derive(endpointWith(container), [cited]);
  expect(outcome).toEqual({ ...cited.statement.predicate.outcome, notCompared: outcome.notCompared });
  expect(outcome.status).toBe(status);
});

test('of several models the worst status and the lowest assurance counts, and a conflict before all else', () => {
  const uri = 's3://strange/model.tar.gz';
  const strange: DescribedContainer = { ...container, data: { kind: 'object', uri } };
  const object = { ...current, object: { ...current.object, bucket: 'strange', key: 'model.tar.gz' } };
  const both = derive(endpointWith(container, strange), [verified], { [MODEL_URI]: current, [uri]: object });
  expect(both.outcome).toMatchObject({ status: 'unresolved', assurance: 'configured' });
  expect(both.data).toHaveLength(1);
  const replaced = { ...current, sha256: '0'.repeat(64) };
  const worst = derive(endpointWith(container, strange), [verified], { [MODEL_URI]: replaced, [uri]: object });
  expect(worst.outcome.status).toBe('conflict');
});

test('of several jobs of one name it is the one with these bytes', () => {
  const earlier = training({
    model: { ...model, sha256: '1'.repeat(64), object: { ...model.object, versionId: 'v0' } },
  });
  const later = { ...verified, key: 'demo/training-job/train-1/20260105T030405.000Z/000001.json' };
  const predicate = derive(endpointWith(container), [earlier, later]);
  expect(predicate.models[0]?.value.trainingStatement?.key).toBe(later.key);
  expect(derive(endpointWith(container), [later, earlier]).models[0]?.value.trainingStatement?.key).toBe(later.key);
});

test('a link that SageMaker does not show any more leaves the chain unresolved', () => {
  const missing = [{ code: 'model-missing', explanation: 'there is no model x any more' }] as const;
  expect(derive({ ...endpointWith(container), missing }).outcome).toMatchObject({
    status: 'unresolved',
    reasons: [{ code: 'model-missing' }],
  });
  expect(derive({ ...endpointWith(), models: [] }).outcome).toMatchObject({ reasons: [{ code: 'model-missing' }] });
});

test('a variant of inference components leaves the chain unresolved, whatever is attached to it', () => {
  const outcome = derive({ ...endpointWith(container), componentVariants: ['all'] }).outcome;
  expect(outcome).toMatchObject({ status: 'unresolved', reasons: [{ code: 'model-missing' }] });
  const alone = derive({ ...endpointWith(), models: [], variants: [], componentVariants: ['all'] }).outcome;
  expect(alone).toMatchObject({
    reasons: [{ code: 'model-missing', explanation: 'the variant all names no model of its own' }],
  });
});

test('what goes beyond the limit is not looked at, and never passes', () => {
  const many = Array.from({ length: contract.limits.evidenceDeployedModels + 1 }, (_, index) => ({
    ...container,
    image: `image:${index}`,
  }));
  const predicate = derive(endpointWith(...many));
  expect(predicate.models).toHaveLength(contract.limits.evidenceDeployedModels);
  expect(predicate.outcome).toMatchObject({ status: 'unresolved', reasons: [{ code: 'training-statement-missing' }] });
});

describe('a model that names a package', () => {
  const packages = packageWith().packages.map((found) => ({ ...found, changedAt: new Date('2026-01-02T03:15:00Z') }));
  const withPackage = (named: Partial<DescribedContainer>, of = packages): DescribedDeployment => ({
    ...endpointWith({ image: undefined, data: { kind: 'none' }, packageArn, ...named }),
    packages: of,
  });

  test('and nothing else has the containers of the package', () => {
    expect(derive(withPackage({}))).toMatchObject({
      outcome: { status: 'verified' },
      models: [{ value: { packageArn, trainingStatement: citation, images: ['image:1'] } }],
      packages: [{ value: { arn: packageArn, approval: null } }],
    });
  });

  test('that was changed since cannot be compared with it', () => {
    const changed = packages.map((found) => ({ ...found, changedAt: AT }));
    expect(derive(withPackage({}, changed)).outcome).toMatchObject({
      status: 'recorded',
      notCompared: ['model-package'],
    });
  });

  test.each<[what: string, named: Partial<DescribedContainer>]>([
    ['other data', { data: { kind: 'object', uri: 's3://strange/model.tar.gz' } }],
    ['another image', { image: 'strange:1' }],
  ])('and %s than the package has is a conflict', (_what, named) => {
    expect(derive(withPackage(named))).toMatchObject({
      outcome: { status: 'conflict', reasons: [{ code: 'model-package-differs' }] },
      checks: expect.arrayContaining([expect.objectContaining({ check: 'model-package', agrees: false })]),
    });
  });
});

describe('a model package', () => {
  test('is stated with its own containers', () => {
    expect(derive(packageWith())).toMatchObject({
      outcome: { status: 'verified' },
      models: [{ value: { arn: packageArn, packageArn: null, trainingStatement: citation } }],
      data: [{ value: { dataCommit: COMMIT } }],
    });
  });

  test.each([
    ['f'.repeat(40), 'f'.repeat(40)],
    ['https://user:token@example.com', 'no commit'],
  ])('that carries the data commit %s is in conflict, and only a commit is repeated', (theirs, told) => {
    const { outcome } = derive(packageWith({ data_git_commit_id: theirs }));
    expect(outcome).toMatchObject({ status: 'conflict', reasons: [{ code: 'tag-differs' }] });
    expect(JSON.stringify(outcome)).toContain(told);
    expect(JSON.stringify(outcome)).toContain(COMMIT);
    expect(JSON.stringify(outcome)).not.toContain('token');
  });

  test('that carries the same data commit already agrees', () => {
    expect(derive(packageWith({ data_git_commit_id: COMMIT })).outcome.status).toBe('verified');
  });
});

test('no text of an image that could hold anything gets into the statement', () => {
  const predicate = derive(endpointWith({ ...container, image: 'image with spaces and a token' }));
  expect(predicate.models[0]?.value.images).toEqual([]);
});
