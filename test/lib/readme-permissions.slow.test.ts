import { readProjectFile } from '../project-files';
import { actionsOf, CONSTRUCTS, statementsOf, templateOf } from './definition';

const ROLES: Readonly<Record<string, string>> = {
  'processing jobs': 'PlatformProcessingRole',
  'training jobs': 'PlatformTrainingRole',
  'evaluation jobs': 'PipelineEvaluationRole',
  pipeline: 'PipelineRole',
  'dataset-reader': 'PipelineDatasetReaderRole',
  'model-registrar': 'PipelineModelRegistrarRole',
  'MLflow App': 'PlatformMlflowAppRole',
  'guard of the MLflow App': 'PlatformMlflowAppGuardFunctionRole',
  'lineage-deriver': 'PlatformRunTaggerLineageDeriverRole',
  'run-tagger': 'PlatformRunTaggerRunTaggerRole',
  'deployment-recorder': 'PlatformDeploymentRecorderRecorderRole',
  'checkpoint-recorder': 'PlatformCheckpointRecorderRecorderRole',
  reconciler: 'PlatformReconcilerReconcilerRole',
};

const template = templateOf(CONSTRUCTS['LineagePipeline in full'] as never);

const [, table = ''] = readProjectFile('README.md').split('### Who may do what');
const ROWS = [...table.matchAll(/^\| ([a-zA-Z -]+) \|(.*)\|(.*)\|(.*)\|(.*)\|$/gm)]
  .map(([, role = '', ...cells]) => ({ role, cells: cells.map((cell) => cell?.trim() ?? '') }))
  .filter(({ role }) => role !== 'role');

const rights = (role: string, service: string) =>
  actionsOf(statementsOf(template, ROLES[role] ?? '')).filter((action) => action.startsWith(`${service}:`));

test('the README has a row for each role', () => {
  expect(ROWS.map(({ role }) => role).sort()).toEqual(Object.keys(ROLES).sort());
  expect(Object.keys(template.findResources('AWS::IAM::Role'))).toHaveLength(ROWS.length);
});

test.each(ROWS)(
  'of the $role it says in which services it may do something',
  ({ role, cells: [s3, kms, sagemaker] }) => {
    expect(s3 !== '').toBe(rights(role, 's3').length > 0);
    expect([...(kms ?? '').matchAll(/`(\w+)`/g)].map(([, action]) => `kms:${action}`).sort()).toEqual(
      rights(role, 'kms'),
    );
    const named = [...(sagemaker ?? '').matchAll(/`(\w+)`/g)].map(([, beginning]) => `sagemaker:${beginning}`);
    const allowed = rights(role, 'sagemaker');
    // the beginning of an action stands for all actions that begin so.
    expect(allowed.filter((action) => !named.some((one) => action.startsWith(one)))).toEqual([]);
    expect(named.filter((one) => !allowed.some((action) => action.startsWith(one)))).toEqual([]);
  },
);
