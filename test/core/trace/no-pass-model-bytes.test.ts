import { container, current, endpointWith } from '../chain/deployment-findings';
import { changeEndpoint, ENDPOINT } from './estate-changes';
import { type Case, expectNoPass } from './no-pass';

const CASES: Case[] = [
  [
    'a model of an image alone',
    ENDPOINT,
    (e) => changeEndpoint(e, { models: endpointWith({ ...container, data: { kind: 'none' } }).models }),
    'model-bytes-unproven',
    'unresolved',
  ],
  [
    'a model whose data is no single object',
    ENDPOINT,
    (e) => changeEndpoint(e, { models: endpointWith({ ...container, data: { kind: 'no-single-object' } }).models }),
    'model-bytes-unproven',
    'unresolved',
  ],
  [
    'a model that no job has made',
    ENDPOINT,
    (e) =>
      changeEndpoint(e, {
        models: endpointWith({ ...container, data: { kind: 'object', uri: 's3://elsewhere/m.tar.gz' } }).models,
      }),
    'model-bytes-unproven',
    'unresolved',
  ],
  [
    'model bytes that were overwritten',
    ENDPOINT,
    ({ state }) => {
      state.object = { ...current, object: { ...current.object, versionId: 'v9' } };
    },
    'model-bytes-differ',
    'conflict',
  ],
  [
    'model bytes that cannot be read',
    ENDPOINT,
    ({ state }) => {
      state.object = undefined;
    },
    'model-bytes-not-read',
    'unresolved',
  ],
  [
    'other bytes at another place',
    ENDPOINT,
    ({ state }) => {
      state.object = { object: { ...current.object, key: 'copy' }, sha256: 'f'.repeat(64) };
    },
    'model-bytes-unproven',
    'unresolved',
  ],
];

test.each(CASES)('%s is told as such, and is no pass', expectNoPass);
