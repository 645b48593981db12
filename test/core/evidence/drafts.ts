import type { Census } from '../../../core/evidence/census';
import type { Origin } from '../../../core/evidence/fact';
import { PREDICATE_TYPES } from '../../../core/evidence/predicate-types';
import type { Draft } from '../../../core/evidence/statement';

type DraftOf<T extends keyof typeof PREDICATE_TYPES> = Extract<Draft, { predicateType: (typeof PREDICATE_TYPES)[T] }>;

export const COMMIT = '9c1e0a44b2d19c1e0a44b2d19c1e0a44b2d19c1e';
export const SHA = 'ab'.repeat(32);
export const REPOSITORY = 'https://git.example.com/team/data.git';
export const AT = '2026-01-02T03:30:00.000Z';
export const RECORDED_BY = 'cdk-ml-lineage/0.1.0';

const arn = (resource: string) => `arn:aws:sagemaker:us-east-1:111122223333:${resource}`;
export const from = (api: Extract<Origin['source'], { api: string }>['api'], at = AT): Origin => ({
  source: { api },
  at,
});

export const data = {
  resolution: {
    value: { dataRepository: REPOSITORY, dataRevision: 'v1', dataCommit: COMMIT },
    ...from('git:ls-refs'),
  },
  datasets: [
    {
      path: 'data/train',
      md5: '14b2c53346e4c151581173b95270ebf2.dir',
      sizeBytes: 123,
      files: 3,
      ...from('git:read-commit'),
      listing: { value: { sha256: SHA, sizeBytes: 400 }, ...from('s3:GetObject') },
    },
  ],
};

const common = { platform: 'demo', recordedBy: RECORDED_BY };
const recorded = {
  status: 'recorded',
  assurance: 'configured',
  notCompared: ['file-contents', 'script-input'],
} as const;

export function datasetDraft(): DraftOf<'dataset'> {
  return {
    predicateType: PREDICATE_TYPES.dataset,
    predicate: {
      ...common,
      about: {
        kind: 'processing-job',
        arn: arn('processing-job/prepare-1'),
        name: 'Prepare-1',
        createdAt: '2026-01-02T02:00:00.000Z',
      },
      outcome: { ...recorded, notCompared: ['file-contents'] },
      checks: [{ check: 'listing-digest', agrees: true, ...from('s3:GetObject') }],
      configuration: {
        value: {
          dataRepository: REPOSITORY,
          dataRevision: 'v1',
          roleArn: 'arn:aws:iam::111122223333:role/processing',
          jobStatus: 'Completed',
          endedAt: '2026-01-02T02:10:00.000Z',
        },
        ...from('sagemaker:DescribeProcessingJob'),
      },
      remote: { value: { url: 's3://dvc-remote/demo' }, ...from('s3:ListObjectVersions') },
      data,
    },
  };
}

export function trainingDraft(change: Partial<DraftOf<'training'>['predicate']> = {}): DraftOf<'training'> {
  return {
    predicateType: PREDICATE_TYPES.training,
    predicate: {
      ...common,
      about: {
        kind: 'training-job',
        arn: arn('training-job/train-1'),
        name: 'train-1',
        createdAt: '2026-01-02T03:04:05.000Z',
      },
      outcome: { ...recorded, notCompared: [...recorded.notCompared] },
      checks: [{ check: 'revision-target', agrees: true, ...from('git:ls-refs') }],
      configuration: {
        value: {
          dataRepository: REPOSITORY,
          dataRevision: 'v1',
          roleArn: 'arn:aws:iam::111122223333:role/training',
          image: '111122223333.dkr.ecr.us-east-1.amazonaws.com/sklearn:1.2',
          jobStatus: 'Completed',
          endedAt: '2026-01-02T03:10:00.000Z',
        },
        ...from('sagemaker:DescribeTrainingJob'),
      },
      data,
      datasetStatement: {
        value: { key: 'demo/processing-job/Prepare-1/20260102T020000.000Z/000001.json', sha256: SHA },
        ...from('lineage:evidence'),
      },
      claims: [],
      runs: { value: [], ...from('mlflow:search-runs') },
      model: {
        value: {
          object: { bucket: 'artifacts', key: 'models/train-1/output/model.tar.gz', versionId: 'v1' },
          sha256: 'cd'.repeat(32),
          sizeBytes: 1000,
        },
        ...from('s3:GetObject'),
      },
      ...change,
    },
  };
}

export function dataRevisionDraft(dataCommit = COMMIT): DraftOf<'dataRevision'> {
  const { resolution } = data;
  return {
    predicateType: PREDICATE_TYPES.dataRevision,
    predicate: {
      ...common,
      resolution: { ...resolution, value: { ...resolution.value, dataCommit } },
      seenWith: trainingDraft().predicate.about,
    },
  };
}

/** a training statement whose outcome differs from that of every other number. */
export function outcomeNumber(number: number): DraftOf<'training'> {
  return trainingDraft({
    outcome: {
      status: 'unresolved',
      assurance: 'configured',
      reasons: [{ code: 'run-missing', explanation: `finding number ${number}` }],
      notCompared: [],
    },
  });
}

export function deploymentDraft(): DraftOf<'deployment'> {
  const trainingStatement = {
    key: 'demo/training-job/train-1/20260102T030405.000Z/000001.json',
    sha256: SHA,
  };
  return {
    predicateType: PREDICATE_TYPES.deployment,
    predicate: {
      ...common,
      about: {
        kind: 'endpoint',
        arn: arn('endpoint/fraud'),
        name: 'fraud',
        createdAt: '2026-01-02T03:20:00.000Z',
      },
      outcome: { ...recorded, notCompared: ['model-package'] },
      checks: [{ check: 'model-bytes', agrees: true, ...from('s3:HeadObject') }],
      endpointConfig: { value: 'fraud-2', ...from('sagemaker:DescribeEndpoint') },
      variants: [
        {
          value: { name: 'AllTraffic', modelArn: arn('model/fraud-2'), weight: '1' },
          ...from('sagemaker:DescribeEndpointConfig'),
        },
      ],
      models: [
        {
          value: {
            arn: arn('model/fraud-2'),
            images: [],
            artifact: {
              object: { bucket: 'artifacts', key: 'models/train-1/output/model.tar.gz', versionId: 'v1' },
              sha256: 'cd'.repeat(32),
            },
            packageArn: arn('model-package/fraud/3'),
            trainingStatement,
          },
          ...from('sagemaker:DescribeModel'),
        },
      ],
      packages: [
        {
          value: { arn: arn('model-package/fraud/3'), approval: 'Approved' },
          ...from('sagemaker:DescribeModelPackage'),
        },
      ],
      data: [{ value: { dataCommit: COMMIT, trainingStatement }, ...from('lineage:evidence') }],
    },
  };
}

/** a day on which one job of the platform had ended, and nobody could ask MLflow. */
export function census(): Census {
  const notCounted = { notCounted: 'mlflow:search-runs failed with TimeoutError', at: AT };
  return {
    processingJobs: {
      value: { listed: 0, inScope: 0, running: 0, withStatement: 0 },
      ...from('sagemaker:ListProcessingJobs'),
    },
    trainingJobs: {
      value: { listed: 3, inScope: 1, running: 0, withStatement: 1 },
      ...from('sagemaker:ListTrainingJobs'),
    },
    runs: notCounted,
    modelVersions: { value: { registered: 1 }, ...from('mlflow:search-model-versions') },
  };
}
