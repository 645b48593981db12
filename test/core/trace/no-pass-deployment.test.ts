import type { DescribedDeployment, DescribedModel } from '../../../core/chain/deployment';
import { arn, container, endpointWith, packageArn, packageWith } from '../chain/deployment-findings';
import { changeEndpoint, ENDPOINT, MODEL, PACKAGE, TRANSFORM } from './estate-changes';
import { type Case, expectNoPass } from './no-pass';

const CASES: Case[] = [
  ['an unknown endpoint', { kind: 'endpoint', name: 'other' }, () => {}, 'endpoint-not-found', 'unresolved'],
  ['a deleted endpoint', ENDPOINT, ({ state }) => state.deployments.clear(), 'endpoint-not-found', 'unresolved'],
  [
    'a failed endpoint',
    ENDPOINT,
    ({ state }) => state.deployments.set('Serving', 'failed'),
    'endpoint-failed',
    'unresolved',
  ],
  [
    'an unknown batch transform',
    TRANSFORM,
    ({ state }) => state.deployments.clear(),
    'transform-job-not-found',
    'unresolved',
  ],
  ['an unknown package', PACKAGE, ({ state }) => state.deployments.clear(), 'model-package-not-found', 'unresolved'],
  [
    'a failed package',
    PACKAGE,
    ({ state }) => state.deployments.set('Diagnosis/1', 'failed'),
    'model-package-failed',
    'unresolved',
  ],
  ['an unknown model', MODEL, ({ state }) => state.models.clear(), 'model-not-found', 'unresolved'],
  [
    'an endpoint whose model is gone',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: [],
        missing: [{ code: 'model-missing', explanation: 'there is no model model-1 any more' }],
      }),
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'an endpoint that names no variant',
    ENDPOINT,
    (e) => changeEndpoint(e, { variants: [], models: [] }),
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'a batch transform whose model names no container',
    TRANSFORM,
    ({ state }) => {
      const [model] = endpointWith(container).models as [DescribedModel];
      const found = state.deployments.get('Transform-1') as DescribedDeployment;
      state.deployments.set('Transform-1', { ...found, models: [{ ...model, containers: [] }] });
    },
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'variants of different models',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        variants: [
          { name: 'a', modelArn: arn('model/model-1'), weight: '1' },
          { name: 'b', modelArn: arn('model/model-2'), weight: '1' },
        ],
      }),
    'variants-differ',
    'unresolved',
  ],
  [
    'a model without containers',
    MODEL,
    ({ state }) => state.models.set('model-1', endpointWith()),
    'deployment-incomplete',
    'unresolved',
  ],
  [
    'a model that differs from its package',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: endpointWith({ ...container, packageArn }).models,
        packages: packageWith().packages.map((one) => ({ ...one, containers: [] })),
      }),
    'model-package-differs',
    'conflict',
  ],
  [
    'a package that was changed since its model was made',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: endpointWith({ image: undefined, data: { kind: 'none' }, packageArn }).models,
        packages: packageWith().packages,
      }),
    'model-package-changed',
    'recorded',
  ],
  [
    'a package with another data commit',
    PACKAGE,
    ({ state }) => state.deployments.set('Diagnosis/1', packageWith({ data_git_commit_id: 'f'.repeat(40) })),
    'tag-differs',
    'conflict',
  ],
];

test.each(CASES)('%s is told as such, and is no pass', expectNoPass);
