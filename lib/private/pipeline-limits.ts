import { Token } from 'aws-cdk-lib';
import type { PipelineDefinition, PipelineParameter, PipelineStep } from './pipeline-definition';
import { isExpression, placedSteps, referenceProblems, waitingProblems } from './pipeline-references';

const STEP_NAME = /^[A-Za-z0-9](-*[A-Za-z0-9]){0,63}$/;
const PARAMETER_NAME = /^[A-Za-z0-9_-]{1,256}$/;
const MOST_PARAMETERS = 200;
const MOST_STEPS = 50;
const LONGEST_ELEMENT = 256;
const LONGEST_VALUE: Partial<Record<PipelineStep['Type'], number>> = { Processing: 256, Training: 512 };
const MOST_VARIABLES = 100;
const MOST_HYPERPARAMETERS = 100;
const LONGEST_HYPERPARAMETER = { name: 256, value: 2500 };
const MOST_ANSWERS = 50;
const LONGEST_ERROR = 3072;
const PROPERTY_VALUE = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,256}$/u;

/**
 * What the service would refuse in a definition, found before anything is deployed; empty if nothing.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateModelPackage.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
 */
export function problemsOf(definition: PipelineDefinition): string[] {
  const placed = placedSteps(definition.Steps);
  const steps = placed.map(({ step }) => step);
  return [
    ...parameterProblems(definition.Parameters),
    ...nameProblems(steps.map(({ Name }) => Name)),
    ...steps.flatMap((step) => [
      ...environmentProblems(step),
      ...commandProblems(step),
      ...hyperparameterProblems(step),
      ...functionProblems(step),
      ...failProblems(step),
      ...packageProblems(step),
      ...fileProblems(step),
    ]),
    ...referenceProblems(definition, placed),
    ...waitingProblems(placed),
  ];
}

function parameterProblems(parameters: readonly PipelineParameter[]): string[] {
  const names = parameters.map(({ Name }) => Name);
  return [
    ...(names.length > MOST_PARAMETERS
      ? [`the pipeline has ${names.length} parameters, allowed are ${MOST_PARAMETERS}`]
      : []),
    ...names
      .filter((name) => !PARAMETER_NAME.test(name))
      .map((name) => `the parameter name ${JSON.stringify(name)} is none`),
    ...repeated(names).map((name) => `the parameter name ${JSON.stringify(name)} is used twice`),
  ];
}

function nameProblems(names: readonly string[]): string[] {
  return [
    ...(names.length > MOST_STEPS ? [`the pipeline has ${names.length} steps, allowed are ${MOST_STEPS}`] : []),
    ...names.filter((name) => !STEP_NAME.test(name)).map((name) => `the step name ${JSON.stringify(name)} is none`),
    ...repeated(names).map((name) => `the step name ${JSON.stringify(name)} is used twice`),
  ];
}

function repeated(names: readonly string[]): string[] {
  return names.filter((name, index) => names.indexOf(name) !== index);
}

function environmentProblems({ Name, Type, Arguments }: PipelineStep): string[] {
  const entries = Object.entries((Arguments.Environment ?? {}) as Record<string, unknown>);
  const longest = LONGEST_VALUE[Type] ?? 0;
  return [
    ...(entries.length > MOST_VARIABLES
      ? [`the step ${Name} has ${entries.length} environment variables, allowed are ${MOST_VARIABLES}`]
      : []),
    ...entries
      .filter(([, value]) => typeof value !== 'string' && (typeof value !== 'object' || value === null))
      .map(([key, value]) => `the variable ${key} of the step ${Name} must be a text, got ${JSON.stringify(value)}`),
    ...entries
      .filter(([, value]) => isLongerThan(value, longest))
      .map(
        ([key, value]) =>
          `the variable ${key} of the step ${Name} has ${String(value).length} characters, allowed are ${longest}`,
      ),
  ];
}

function commandProblems({ Name, Arguments }: PipelineStep): string[] {
  const specification = (Arguments.AppSpecification ?? Arguments.AlgorithmSpecification ?? {}) as Record<
    string,
    unknown
  >;
  const elements = [specification.ContainerEntrypoint, specification.ContainerArguments].flat();
  return elements
    .filter((element) => isLongerThan(element, LONGEST_ELEMENT))
    .map(
      (element) =>
        `a command element of the step ${Name} has ${String(element).length} characters, allowed are ${LONGEST_ELEMENT}`,
    );
}

function hyperparameterProblems({ Name, Arguments }: PipelineStep): string[] {
  const entries = Object.entries((Arguments.HyperParameters ?? {}) as Record<string, string>);
  const { name: longestName, value: longestValue } = LONGEST_HYPERPARAMETER;
  return [
    ...(entries.length > MOST_HYPERPARAMETERS
      ? [`the step ${Name} has ${entries.length} hyperparameters, allowed are ${MOST_HYPERPARAMETERS}`]
      : []),
    ...entries
      .filter(([key, value]) => isLongerThan(key, longestName) || isLongerThan(value, longestValue))
      .map(
        ([key]) =>
          `the hyperparameter ${key.slice(0, longestName)} of the step ${Name} is too long, allowed are ${longestName} characters for its name and ${longestValue} for its value`,
      ),
  ];
}

function functionProblems({ Name, Type, Arguments, OutputParameters = [] }: PipelineStep): string[] {
  if (Type !== 'Lambda') {
    return [];
  }
  return [
    ...(OutputParameters.length > MOST_ANSWERS
      ? [`the step ${Name} has ${OutputParameters.length} output parameters, allowed are ${MOST_ANSWERS}`]
      : []),
    ...Object.entries(Arguments)
      .filter(([, value]) => typeof value === 'object' && !isExpression(value))
      .map(([key]) => `the argument ${key} of the step ${Name} must be a single value`),
  ];
}

function failProblems({ Name, Arguments }: PipelineStep): string[] {
  const { ErrorMessage: message } = Arguments;
  return isLongerThan(message, LONGEST_ERROR)
    ? [`the message of the step ${Name} has ${String(message).length} characters, allowed are ${LONGEST_ERROR}`]
    : [];
}

function packageProblems({ Name, Arguments }: PipelineStep): string[] {
  return Object.entries((Arguments.CustomerMetadataProperties ?? {}) as Record<string, unknown>)
    .filter(([, value]) => typeof value === 'string' && !Token.isUnresolved(value) && !PROPERTY_VALUE.test(value))
    .map(
      ([key, value]) =>
        `the property ${key} of the step ${Name} must be 1 to 256 letters, digits, spaces and _.:/=+-@, got ${JSON.stringify(value)}`,
    );
}

function fileProblems({ Name, Arguments, PropertyFiles = [] }: PipelineStep): string[] {
  const { Outputs = [] } = (Arguments.ProcessingOutputConfig ?? {}) as { Outputs?: { OutputName: string }[] };
  return PropertyFiles.filter(({ OutputName }) => !Outputs.some((output) => output.OutputName === OutputName)).map(
    ({ PropertyFileName, OutputName }) =>
      `the property file ${PropertyFileName} of the step ${Name} is in ${OutputName}, which is no output of it`,
  );
}

function isLongerThan(value: unknown, longest: number): boolean {
  return typeof value === 'string' && !Token.isUnresolved(value) && value.length > longest;
}
