import { Duration } from 'aws-cdk-lib';
import type { LineagePipelineProps } from '../lineage-pipeline';
import type { QualityBound } from '../model-registration';
import { matches } from './contract';
import { isKnown, type Rule } from './errors';

const RESOURCE_NAME = /^[a-zA-Z0-9](-*[a-zA-Z0-9])*$/;

export const DEFAULT_RUNTIME = Duration.hours(1);

type IsBad = (bound: QualityBound) => boolean;

const hasNoName: IsBad = ({ metric }) => isKnown(metric) && !matches('metricName', metric);
const isOpen: IsBad = ({ atLeast, atMost }) => atLeast === undefined && atMost === undefined;
const isEndless: IsBad = (bound) => [bound.atLeast, bound.atMost].some((it) => isKnown(it) && !Number.isFinite(it));
const isEmpty: IsBad = ({ atLeast, atMost }) => isKnown(atLeast) && isKnown(atMost) && atLeast > atMost;

/** The metrics of the gate of whose bounds something is wrong. */
function bad({ qualityGate = [] }: LineagePipelineProps, isBad: IsBad): string {
  return qualityGate
    .filter(isBad)
    .map(({ metric }) => JSON.stringify(metric))
    .join(', ');
}

/**
 * What can be wrong with the props of a pipeline.
 */
export const RULES: readonly Rule<LineagePipelineProps>[] = [
  {
    broken: ({ pipelineName }) =>
      isKnown(pipelineName) && !(RESOURCE_NAME.test(pipelineName) && pipelineName.length <= 256),
    message: ({ pipelineName }) =>
      `pipelineName must be 1 to 256 letters, digits and inner dashes, got ${JSON.stringify(pipelineName)}`,
  },
  {
    broken: ({ datasetPath }) =>
      isKnown(datasetPath) && !/^[A-Za-z0-9_][A-Za-z0-9._-]*(\/[A-Za-z0-9_][A-Za-z0-9._-]*)*$/.test(datasetPath),
    message: ({ datasetPath }) =>
      `datasetPath must be a relative path of letters, digits, dots, dashes and underscores, got ${JSON.stringify(datasetPath)}`,
  },
  {
    broken: ({ registeredModelName }) =>
      isKnown(registeredModelName) && !matches('registeredModelName', registeredModelName),
    message: ({ registeredModelName }) =>
      `registeredModelName must be 1 to 256 characters without slash and colon, got ${JSON.stringify(registeredModelName)}`,
  },
  {
    broken: ({ platform, dataRepository }) => !platform.dataRepositories.includes(dataRepository),
    message: ({ dataRepository }) =>
      `dataRepository must be one of the platform's, got ${dataRepository.node.path}; add it to data.repositories of the platform`,
  },
  {
    broken: ({ preprocess }) => isKnown(preprocess.inputPrefix) && !/^[^/]+(\/[^/]+)*$/.test(preprocess.inputPrefix),
    message: ({ preprocess }) =>
      `preprocess.inputPrefix must be a key prefix without a slash at either end, got ${JSON.stringify(preprocess.inputPrefix)}`,
  },
  {
    broken: ({ train: { instanceCount } }) =>
      isKnown(instanceCount) && !(Number.isInteger(instanceCount) && instanceCount > 0),
    message: ({ train }) => `train.instanceCount must be a whole number from 1 on, got ${train.instanceCount}`,
  },
  {
    broken: ({ train: { spot, maxRuntime = DEFAULT_RUNTIME } }) =>
      spot !== undefined &&
      !spot.maxWait.isUnresolved() &&
      !maxRuntime.isUnresolved() &&
      spot.maxWait.toSeconds() < maxRuntime.toSeconds(),
    message: ({ train: { spot, maxRuntime = DEFAULT_RUNTIME } }) =>
      `train.spot.maxWait must be at least maxRuntime, ${maxRuntime.toHumanString()}, got ${spot?.maxWait.toHumanString()}`,
  },
  {
    broken: ({ qualityGate, evaluate }) => qualityGate !== undefined && evaluate === undefined,
    message: () => 'qualityGate must have evaluate beside it, which measures what the gate asks for; got none',
  },
  {
    broken: ({ qualityGate }) => qualityGate?.length === 0,
    message: () => 'qualityGate must have a bound, got none; leave it out to register every model',
  },
  {
    broken: (props) => bad(props, hasNoName) !== '',
    message: (props) =>
      `metric of qualityGate must be a letter or underscore and up to 63 letters, digits and underscores, got ${bad(props, hasNoName)}`,
  },
  {
    broken: (props) => bad(props, isOpen) !== '',
    message: (props) => `qualityGate must have atLeast or atMost for each metric, got none for ${bad(props, isOpen)}`,
  },
  {
    broken: (props) => bad(props, isEndless) !== '',
    message: (props) =>
      `atLeast and atMost of qualityGate must be finite numbers, got others for ${bad(props, isEndless)}`,
  },
  {
    broken: (props) => bad(props, isEmpty) !== '',
    message: (props) =>
      `atLeast of qualityGate must not be more than atMost, which no model can meet, got more for ${bad(props, isEmpty)}`,
  },
  {
    broken: ({ register }) => register?.modelPackageGroup !== undefined && register.modelPackageGroupName !== undefined,
    message: ({ register }) =>
      `register must have modelPackageGroup or modelPackageGroupName, got both; leave out ${JSON.stringify(register?.modelPackageGroupName)}, which is the name of a new group`,
  },
  {
    broken: ({ register }) =>
      isKnown(register?.modelPackageGroupName) &&
      !(RESOURCE_NAME.test(register.modelPackageGroupName) && register.modelPackageGroupName.length <= 63),
    message: ({ register }) =>
      `register.modelPackageGroupName must be 1 to 63 letters, digits and inner dashes, got ${JSON.stringify(register?.modelPackageGroupName)}`,
  },
];
