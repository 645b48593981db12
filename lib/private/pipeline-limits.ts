import { Token } from 'aws-cdk-lib';

/**
 * A step as the service reads it, as far as its limits go.
 */
export interface PipelineStep {
  readonly Name: string;
  readonly Type: 'Processing' | 'Training';
  readonly DependsOn?: readonly string[];
  readonly Arguments: Record<string, unknown>;
  readonly RetryPolicies?: readonly unknown[];
}

export interface PipelineDefinition {
  readonly Parameters: readonly { readonly Name: string }[];
  readonly MlflowConfig: { readonly MlflowResourceArn: string };
  readonly Steps: readonly PipelineStep[];
}

const STEP_NAME = /^[A-Za-z0-9](-*[A-Za-z0-9]){0,63}$/;
const LONGEST_ELEMENT = 256;
const LONGEST_VALUE = { Processing: 256, Training: 512 };
const MOST_VARIABLES = 100;
const EXECUTION_VARIABLES = [
  'PipelineExecutionId',
  'PipelineExecutionArn',
  'PipelineName',
  'PipelineArn',
  'StartDateTime',
];

/**
 * What the service would refuse in a definition, found before anything is deployed; empty if nothing.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateProcessingJob.html
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 */
export function problemsOf(definition: PipelineDefinition): string[] {
  const names = definition.Steps.map(({ Name }) => Name);
  return [
    ...names.filter((name) => !STEP_NAME.test(name)).map((name) => `the step name ${JSON.stringify(name)} is none`),
    ...names
      .filter((name, index) => names.indexOf(name) !== index)
      .map((name) => `the step name ${JSON.stringify(name)} is used twice`),
    ...definition.Steps.flatMap((step) => [...environmentProblems(step), ...commandProblems(step)]),
    ...referenceProblems(definition),
    ...cycleProblems(definition.Steps),
  ];
}

function environmentProblems({ Name, Type, Arguments }: PipelineStep): string[] {
  const entries = Object.entries((Arguments.Environment ?? {}) as Record<string, unknown>);
  const longest = LONGEST_VALUE[Type];
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

function isLongerThan(value: unknown, longest: number): boolean {
  return typeof value === 'string' && !Token.isUnresolved(value) && value.length > longest;
}

function referenceProblems(definition: PipelineDefinition): string[] {
  const parameters = definition.Parameters.map(({ Name }) => Name);
  const steps = definition.Steps.map(({ Name }) => Name);
  return definition.Steps.flatMap(({ Name, Arguments, DependsOn = [] }) => [
    ...DependsOn.filter((other) => !steps.includes(other)).map(
      (other) => `the step ${Name} depends on ${other}, which is no step`,
    ),
    ...referencesIn(Arguments)
      .filter((reference) => !resolves(reference, parameters, steps))
      .map((reference) => `the step ${Name} refers to ${reference}, which is nothing in this pipeline`),
  ]);
}

function resolves(reference: string, parameters: readonly string[], steps: readonly string[]): boolean {
  const [kind, name = ''] = reference.split('.');
  return (
    (kind === 'Parameters' && parameters.includes(name)) ||
    (kind === 'Execution' && EXECUTION_VARIABLES.includes(name)) ||
    (kind === 'Steps' && steps.includes(name))
  );
}

/**
 * Every reference below a value, however deep it stands.
 */
function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) {
    return [];
  }
  const own = 'Get' in value && typeof value.Get === 'string' ? [value.Get] : [];
  return [...own, ...Object.values(value).flatMap(referencesIn)];
}

function cycleProblems(steps: readonly PipelineStep[]): string[] {
  const needs = new Map(
    steps.map(({ Name, DependsOn = [], Arguments }) => {
      const referred = referencesIn(Arguments).flatMap((reference) => /^Steps\.([^.]+)/.exec(reference)?.[1] ?? []);
      return [Name, new Set([...DependsOn, ...referred])];
    }),
  );
  let waiting = [...needs.keys()];
  for (;;) {
    const ready = waiting.filter((name) => ![...(needs.get(name) ?? [])].some((other) => waiting.includes(other)));
    if (ready.length === 0) {
      return waiting.length > 0 ? [`the steps ${waiting.join(', ')} wait for each other`] : [];
    }
    waiting = waiting.filter((name) => !ready.includes(name));
  }
}
