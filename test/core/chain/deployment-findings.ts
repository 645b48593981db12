import type { CurrentObject, DescribedContainer, DescribedDeployment } from '../../../core/chain/deployment';
import { claimsOf } from '../../../core/chain/run-claims';
import type { StoredTraining } from '../../../core/chain/run-tags';
import { type TrainingFindings, trainingDraft } from '../../../core/chain/training-draft';
import { attested, COMMIT, cited, dvcDataset, job, model, NOW, run, stored } from './training-findings';

export const MODEL_URI = 's3://artifacts/models/train-1/output/model.tar.gz';
export const AT = new Date('2026-01-02T04:00:00.000Z');

export const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;

export const current: CurrentObject = { object: model.object, sha256: model.sha256 };
export const container: DescribedContainer = {
  image: 'image:1',
  data: { kind: 'object', uri: MODEL_URI },
  packageArn: undefined,
};

/** An endpoint with one model of these containers. */
export function endpointWith(...containers: DescribedContainer[]): DescribedDeployment {
  return {
    about: { kind: 'endpoint', arn: arn('endpoint/serving'), name: 'Serving', createdAt: '2026-01-02T03:30:00.000Z' },
    taggedArn: arn('endpoint/serving'),
    endpointConfig: 'Config-1',
    variants: [{ name: 'all', modelArn: arn('model/model-1'), weight: '1' }],
    models: [{ arn: arn('model/model-1'), createdAt: new Date('2026-01-02T03:20:00Z'), containers }],
    packages: [],
    componentVariants: [],
    missing: [],
  };
}

export const packageArn = arn('model-package/diagnosis/1');

/** A model package, as the thing that a statement is about. */
export function packageWith(properties: Readonly<Record<string, string>> = {}): DescribedDeployment {
  return {
    about: {
      kind: 'model-package',
      arn: packageArn,
      name: 'Diagnosis.1',
      createdAt: '2026-01-02T03:15:00.000Z',
    },
    taggedArn: arn('model-package-group/diagnosis'),
    endpointConfig: null,
    variants: [],
    models: [],
    packages: [{ arn: packageArn, approval: null, changedAt: AT, containers: [container], properties }],
    componentVariants: [],
    missing: [],
  };
}

/** A statement about the training of the model; unless told otherwise, a verified one. */
export function training(change: Partial<TrainingFindings> = {}): StoredTraining {
  const runs = [run('honest', { datasets: [dvcDataset()], parameters: { data_git_commit_id: COMMIT } })];
  const derivation = change.derivation ?? attested;
  return stored(
    trainingDraft({
      derivation,
      job,
      runs,
      claims: runs.flatMap((one) => claimsOf(one, derivation, NOW)),
      areMoreRuns: false,
      dataset: cited,
      model,
      statedModel: undefined,
      firstSeen: { dataCommit: COMMIT, at: NOW.toISOString() },
      at: NOW,
      recordedBy: 'cdk-ml-lineage/0.1.0',
      ...change,
    }),
  );
}
