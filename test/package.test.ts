import { execFileSync } from 'node:child_process';
import { PROJECT } from './project-files';

interface Packed {
  readonly files: readonly { readonly path: string; readonly mode: number }[];
  readonly size: number;
}

// --ignore-scripts: what is packed is what the build has made, and nothing runs meanwhile.
const [packed] = JSON.parse(
  execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: PROJECT,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }),
) as [Packed];

const MODULES = [
  'checkpoint-recorder',
  'codecommit-data-repository',
  'data-repository',
  'data-repository-grants',
  'deployment-recorder',
  'dvc-remote',
  'dvc-remote-grants',
  'evidence-store',
  'evidence-store-grants',
  'index',
  'job-image',
  'job-network',
  'job-network-grants',
  'job-role',
  'job-script',
  'job-toolkit',
  'job-toolkit-grants',
  'lineage-job-settings',
  'lineage-operations',
  'lineage-pipeline',
  'lineage-pipeline-grants',
  'lineage-pipeline-target',
  'lineage-platform',
  'lineage-platform-grants',
  'mlflow-app',
  'mlflow-app-grants',
  'model-registration',
  'pipeline-job',
  'private/asset-grants',
  'private/content-lifecycle',
  'private/content-protection',
  'private/contract',
  'private/data-branch',
  'private/custom-resource',
  'private/data-bucket',
  'private/dvc-configuration',
  'private/errors',
  'private/evidence-bucket',
  'private/evidence-environment',
  'private/first-commit',
  'private/foreign-bucket',
  'private/image-accounts',
  'private/function-metrics',
  'private/job-entrypoint',
  'private/job-network-settings',
  'private/job-requests',
  'private/job-roles',
  'private/job-silence',
  'private/lineage-environment',
  'private/lineage-function',
  'private/lineage-graph-rights',
  'private/library-version',
  'private/log-key',
  'private/model-package-group',
  'private/mlflow-app-defaults',
  'private/mlflow-app-guard',
  'private/object-grants',
  'private/operations-dashboard',
  'private/perms',
  'private/pipeline-arns',
  'private/pipeline-definition',
  'private/pipeline-expressions',
  'private/pipeline-functions',
  'private/pipeline-gate',
  'private/pipeline-limits',
  'private/pipeline-references',
  'private/pipeline-registration',
  'private/pipeline-roles',
  'private/pipeline-rules',
  'private/pipeline-steps',
  'private/platform-description',
  'private/platform-layout',
  'private/reader-policy',
  'private/runbook-link',
  'private/signing-key',
  'private/work-queue',
  'processing-role',
  'reconciler',
  'run-tagger',
  'training-role',
];

test('the package holds the constructs, the bundles and its papers, and nothing else', () => {
  expect(packed.files.map(({ path }) => path).sort()).toEqual(
    [
      '.jsii',
      'API.md',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'assets/checkpoint-recorder/index.js',
      'assets/dataset-reader/index.js',
      'assets/deployment-recorder/index.js',
      'assets/lineage-deriver/index.js',
      'assets/lineage-jobs/__main__.py',
      'assets/lineage-jobs/lineage_jobs-0.1.0-py3-none-any.whl',
      'assets/core.d.ts',
      'assets/core.js',
      'assets/ml-lineage.cjs',
      'assets/model-registrar/index.js',
      'assets/mlflow-app-defaults/index.js',
      'assets/mlflow-app-guard/index.js',
      'assets/reconciler/index.js',
      'assets/run-tagger/index.js',
      'build/private/contract.json',
      'package.json',
      ...MODULES.flatMap((name) => [`build/${name}.d.ts`, `build/${name}.js`]),
    ].sort(),
  );
});

test('the command line can be executed', () => {
  const bin = packed.files.find(({ path }) => path === 'assets/ml-lineage.cjs');
  expect((bin?.mode ?? 0) & 0o111).toBe(0o111);
});

test('the package has no run-time dependency but its peers', () => {
  const manifest = jest.requireActual('../package.json') as Record<string, unknown>;
  expect(manifest.dependencies).toBeUndefined();
  expect(Object.keys(manifest.peerDependencies as object)).toEqual(['aws-cdk-lib', 'constructs']);
});
