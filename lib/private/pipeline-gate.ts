import { Tokenization } from 'aws-cdk-lib';
import type { QualityBound } from '../model-registration';
import { contract } from './contract';
import type { PipelineParameter, PipelineStep } from './pipeline-definition';
import { fromFile, parameter } from './pipeline-expressions';
import { EVALUATE, EVALUATION_FILE } from './pipeline-steps';

export const GATE = 'Gate';
export const FAIL = 'Fail';

interface Threshold {
  readonly metric: string;
  readonly value: number;
  readonly parameterName: string;
  readonly condition: 'GreaterThanOrEqualTo' | 'LessThanOrEqualTo';
  readonly words: 'at least' | 'at most';
}

/**
 * The parameters by which an execution asks for more than the pipeline does.
 */
export function gateParameters(bounds: readonly QualityBound[]): PipelineParameter[] {
  return thresholdsOf(bounds).map(({ parameterName, value }) => ({
    Name: parameterName,
    Type: 'Float',
    DefaultValue: value,
  }));
}

/**
 * The steps that go on only with a model that is good enough: all bounds hold, and all that the execution asks for.
 */
export function gateStep(bounds: readonly QualityBound[], passed: readonly PipelineStep[]): PipelineStep {
  const thresholds = thresholdsOf(bounds);
  return {
    Name: GATE,
    Type: 'Condition',
    Arguments: {
      Conditions: thresholds.flatMap(({ metric, value, parameterName, condition }) =>
        [value, parameter(parameterName)].map((threshold) => ({
          Type: condition,
          LeftValue: fromFile(EVALUATE, contract.channels.evaluation, metric),
          RightValue: threshold,
        })),
      ),
      IfSteps: passed,
      ElseSteps: [{ Name: FAIL, Type: 'Fail', Arguments: { ErrorMessage: refusal(thresholds) } }],
    },
  };
}

// the values themselves stay in the file: SageMaker reads it in conditions only.
function refusal(thresholds: readonly Threshold[]): string {
  const asked = thresholds.map(
    ({ metric, words, value, parameterName }) =>
      `${metric} must be ${words} ${Tokenization.stringifyNumber(value)}, and ${words} the execution's ${parameterName}`,
  );
  return `the model is not good enough: ${asked.join('; ')}; ${EVALUATION_FILE} of the step ${EVALUATE} has the values`;
}

function thresholdsOf(bounds: readonly QualityBound[]): Threshold[] {
  return bounds.flatMap(({ metric, atLeast, atMost }) => [
    ...(atLeast === undefined
      ? []
      : [
          {
            metric,
            value: atLeast,
            parameterName: `AtLeast${pascalCase(metric)}`,
            condition: 'GreaterThanOrEqualTo' as const,
            words: 'at least' as const,
          },
        ]),
    ...(atMost === undefined
      ? []
      : [
          {
            metric,
            value: atMost,
            parameterName: `AtMost${pascalCase(metric)}`,
            condition: 'LessThanOrEqualTo' as const,
            words: 'at most' as const,
          },
        ]),
  ]);
}

function pascalCase(metric: string): string {
  return metric
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}
