import { type PipelineDefinition, type PipelineStep, problemsOf } from '../../lib/private/pipeline-limits';

const step = (Name: string, Arguments: Record<string, unknown> = {}, DependsOn?: string[]): PipelineStep => ({
  Name,
  Type: 'Training',
  Arguments,
  ...(DependsOn && { DependsOn }),
});
const definition = (...Steps: PipelineStep[]): PipelineDefinition => ({
  Parameters: [{ Name: 'Known' }],
  MlflowConfig: { MlflowResourceArn: 'arn' },
  Steps,
});
const reference = (Get: string) => ({
  InputDataConfig: [{ Uri: { 'Std:Join': { On: '/', Values: ['x', { Get }] } } }],
});

test.each<[what: string, steps: PipelineStep[]]>([
  [
    'steps that refer to parameters, the execution and each other',
    [
      step('A', reference('Parameters.Known')),
      step('B', reference('Steps.A.ModelArtifacts.S3ModelArtifacts'), ['A']),
      step('C', reference('Execution.PipelineExecutionId')),
    ],
  ],
  ['a value that is known only at deployment', [step('A', { Environment: { X: { Get: 'Parameters.Known' } } })]],
])('finds nothing wrong with %s', (_what, steps) => {
  expect(problemsOf(definition(...steps))).toEqual([]);
});

test.each<[what: string, steps: PipelineStep[], message: string]>([
  ['a name twice', [step('A'), step('A')], 'the step name "A" is used twice'],
  ['a name that is none', [step('-A')], 'the step name "-A" is none'],
  [
    'an unknown parameter',
    [step('A', reference('Parameters.Nowhere'))],
    'the step A refers to Parameters.Nowhere, which is nothing in this pipeline',
  ],
  [
    'an unknown step',
    [step('A', reference('Steps.Nowhere.X'))],
    'the step A refers to Steps.Nowhere.X, which is nothing in this pipeline',
  ],
  ['a dependence on no step', [step('A', {}, ['B'])], 'the step A depends on B, which is no step'],
  [
    'steps that wait for each other',
    [step('A', {}, ['B']), step('B', reference('Steps.A.X'))],
    'the steps A, B wait for each other',
  ],
  ['a step that waits for itself', [step('A', {}, ['A'])], 'the steps A wait for each other'],
  [
    'a variable that is no text',
    [step('A', { Environment: { X: 1 } })],
    'the variable X of the step A must be a text, got 1',
  ],
  [
    'a command that is too long',
    [step('A', { AlgorithmSpecification: { ContainerEntrypoint: ['x'.repeat(257)] } })],
    'a command element of the step A has 257 characters, allowed are 256',
  ],
])('finds %s', (_what, steps, message) => {
  expect(problemsOf(definition(...steps))).toContain(message);
});
