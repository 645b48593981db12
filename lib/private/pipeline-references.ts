import type { PipelineDefinition, PipelineStep } from './pipeline-definition';

const EXECUTION_VARIABLES = [
  'PipelineExecutionId',
  'PipelineExecutionArn',
  'PipelineName',
  'PipelineArn',
  'StartDateTime',
];

/** A step with where it stands: the conditions and branches above it, from the outermost on. */
export interface PlacedStep {
  readonly step: PipelineStep;
  readonly branches: readonly string[];
  /** the condition that it is a branch of. */
  readonly condition: string | undefined;
}

/**
 * All steps of a definition, those below conditions too.
 */
export function placedSteps(
  steps: readonly PipelineStep[],
  branches: readonly string[] = [],
  condition?: string,
): PlacedStep[] {
  return steps.flatMap((step) => [
    { step, branches, condition },
    ...['IfSteps', 'ElseSteps'].flatMap((branch) =>
      placedSteps(
        (step.Arguments[branch] ?? []) as readonly PipelineStep[],
        [...branches, `${step.Name} ${branch}`],
        step.Name,
      ),
    ),
  ]);
}

/** What a step's own call is made of; the steps below a condition are steps of their own. */
function ownArguments({ Arguments }: PipelineStep): Record<string, unknown> {
  const { IfSteps: _if, ElseSteps: _else, ...own } = Arguments;
  return own;
}

/**
 * What a step refers to and has not run by then, or is nothing at all.
 */
export function referenceProblems({ Parameters }: PipelineDefinition, placed: readonly PlacedStep[]): string[] {
  const parameters = Parameters.map(({ Name }) => Name);
  return placed.flatMap(({ step, branches }) => {
    // a step knows those of its own branch and of the branches around it; the others may never run.
    const known = placed.filter((other) => other.branches.every((branch, level) => branches[level] === branch));
    const steps = known.map((other) => other.step);
    const own = ownArguments(step);
    return [
      ...(step.DependsOn ?? [])
        .filter((other) => !steps.some(({ Name }) => Name === other))
        .map((other) => `the step ${step.Name} depends on ${other}, which is no step that has run by then`),
      ...referencesIn(own)
        .filter((reference) => !resolves(reference, parameters, steps))
        .map((reference) => `the step ${step.Name} refers to ${reference}, which is nothing in this pipeline`),
      ...(step.Type !== 'Condition' && hasFileExpression(own)
        ? [`the step ${step.Name} reads a property file, which only conditions can`]
        : []),
    ];
  });
}

function resolves(reference: string, parameters: readonly string[], steps: readonly PipelineStep[]): boolean {
  const [kind, name = '', property = '', file = ''] = reference.split('.');
  if (kind !== 'Steps') {
    return (
      (kind === 'Parameters' && parameters.includes(name)) ||
      (kind === 'Execution' && EXECUTION_VARIABLES.includes(name))
    );
  }
  const step = steps.find(({ Name }) => Name === name);
  const answer = /^OutputParameters\['(.*)'\]$/.exec(property)?.[1];
  return (
    step !== undefined &&
    (answer === undefined || (step.OutputParameters ?? []).some(({ OutputName }) => OutputName === answer)) &&
    (property !== 'PropertyFiles' ||
      (step.PropertyFiles ?? []).some(({ PropertyFileName }) => PropertyFileName === file))
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

function hasFileExpression(value: unknown): boolean {
  return (
    typeof value === 'object' &&
    value !== null &&
    ('Std:JsonGet' in value || Object.values(value).some(hasFileExpression))
  );
}

export function isExpression(value: unknown): boolean {
  return typeof value === 'object' && value !== null && ('Get' in value || 'Std:Join' in value);
}

/**
 * The steps of which none can be the first.
 */
export function waitingProblems(placed: readonly PlacedStep[]): string[] {
  let waiting = placed.map(({ step, condition }) => {
    const referred = referencesIn(ownArguments(step)).flatMap(
      (reference) => /^Steps\.([^.]+)/.exec(reference)?.[1] ?? [],
    );
    const needs = new Set([...(step.DependsOn ?? []), ...referred, ...(condition ? [condition] : [])]);
    return { name: step.Name, needs };
  });
  for (;;) {
    const names = waiting.map(({ name }) => name);
    const still = waiting.filter(({ needs }) => names.some((name) => needs.has(name)));
    if (still.length === waiting.length) {
      return names.length > 0 ? [`the steps ${names.join(', ')} wait for each other`] : [];
    }
    waiting = still;
  }
}
