import type { PipelineDefinition, PipelineStep } from '../../lib/private/pipeline-definition';
import { problemsOf } from '../../lib/private/pipeline-limits';

const step = (Name: string, Arguments: Record<string, unknown> = {}, DependsOn?: string[]): PipelineStep => ({
  Name,
  Type: 'Training',
  Arguments,
  ...(DependsOn && { DependsOn }),
});
const definition = (...Steps: PipelineStep[]): PipelineDefinition => ({
  Parameters: [{ Name: 'Known', Type: 'String' }],
  MlflowConfig: { MlflowResourceArn: 'arn' },
  Steps,
});
const reference = (Get: string) => ({
  InputDataConfig: [{ Uri: { 'Std:Join': { On: '/', Values: ['x', { Get }] } } }],
});

const FILE = { 'Std:JsonGet': { PropertyFile: { Get: 'Steps.P.PropertyFiles.f' }, Path: 'a' } };
const evaluating = (Name: string, OutputName = 'out'): PipelineStep => ({
  ...step(Name, { ProcessingOutputConfig: { Outputs: [{ OutputName: 'out' }] } }),
  Type: 'Processing',
  PropertyFiles: [{ PropertyFileName: 'f', OutputName, FilePath: 'f.json' }],
});
const condition = (Name: string, IfSteps: PipelineStep[], ElseSteps: PipelineStep[] = []): PipelineStep => ({
  ...step(Name, { Conditions: [{ Type: 'Equals', LeftValue: FILE, RightValue: 1 }], IfSteps, ElseSteps }),
  Type: 'Condition',
});
const answering = (Name: string, answers = ['known'], Arguments: Record<string, unknown> = {}): PipelineStep => ({
  ...step(Name, Arguments),
  Type: 'Lambda',
  OutputParameters: answers.map((OutputName) => ({ OutputName, OutputType: 'String' })),
});
const many = (count: number) => Array.from({ length: count }, (_, index) => `N${index}`);
const each = (count: number) => Object.fromEntries(many(count).map((name) => [name, 'x']));

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
  [
    'a condition whose branch refers to what stands before it and beside it',
    [
      evaluating('P'),
      condition('C', [step('A'), step('B', reference('Steps.A.X')), step('D', reference('Steps.P.X'))]),
    ],
  ],
  [
    'a step that refers to an answer of a function',
    [answering('L'), step('A', reference("Steps.L.OutputParameters['known']"))],
  ],
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
  ['a dependence on no step', [step('A', {}, ['B'])], 'the step A depends on B, which is no step that has run by then'],
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
  ['too many steps', many(51).map((name) => step(name)), 'the pipeline has 51 steps, allowed are 50'],
  ['a name twice, once in a branch', [evaluating('P'), condition('C', [step('P')])], 'the step name "P" is used twice'],
  [
    'a step of the other branch',
    [evaluating('P'), condition('C', [step('A')], [step('B', reference('Steps.A.X'))])],
    'the step B refers to Steps.A.X, which is nothing in this pipeline',
  ],
  [
    'a step of a branch, from outside',
    [evaluating('P'), condition('C', [step('A')]), step('B', {}, ['A'])],
    'the step B depends on A, which is no step that has run by then',
  ],
  [
    'a branch that its own condition waits for',
    [evaluating('P'), { ...condition('C', [step('A')]), DependsOn: ['D'] }, step('D', reference('Steps.C.Outcome'))],
    'the steps C, A, D wait for each other',
  ],
  [
    'an answer that no function gives',
    [answering('L'), step('A', reference("Steps.L.OutputParameters['other']"))],
    "the step A refers to Steps.L.OutputParameters['other'], which is nothing in this pipeline",
  ],
  [
    'an answer of a step that is no function',
    [step('L'), step('A', reference("Steps.L.OutputParameters['other']"))],
    "the step A refers to Steps.L.OutputParameters['other'], which is nothing in this pipeline",
  ],
  [
    'a property file that is not named',
    [evaluating('P'), step('A', reference('Steps.P.PropertyFiles'))],
    'the step A refers to Steps.P.PropertyFiles, which is nothing in this pipeline',
  ],
  [
    'a step that is not named',
    [step('A', reference('Steps'))],
    'the step A refers to Steps, which is nothing in this pipeline',
  ],
  [
    'a file that no step has written',
    [step('P'), condition('C', [])],
    'the step C refers to Steps.P.PropertyFiles.f, which is nothing in this pipeline',
  ],
  [
    'a file that is read outside of a condition',
    [evaluating('P'), step('A', { HyperParameters: { x: FILE } })],
    'the step A reads a property file, which only conditions can',
  ],
  [
    'a file in no output',
    [evaluating('P', 'elsewhere')],
    'the property file f of the step P is in elsewhere, which is no output of it',
  ],
  ['too many answers', [answering('L', many(51))], 'the step L has 51 output parameters, allowed are 50'],
  [
    'an argument of a function that has parts',
    [answering('L', [], { x: ['a'] })],
    'the argument x of the step L must be a single value',
  ],
  [
    'a message that is too long',
    [{ ...step('F', { ErrorMessage: 'x'.repeat(3073) }), Type: 'Fail' }],
    'the message of the step F has 3073 characters, allowed are 3072',
  ],
  [
    'a property of a package with a sign that is not allowed',
    [{ ...step('R', { CustomerMetadataProperties: { at: 'a#b' } }), Type: 'RegisterModel' }],
    'the property at of the step R must be 1 to 256 letters, digits, spaces and _.:/=+-@, got "a#b"',
  ],
  [
    'too many hyperparameters',
    [step('A', { HyperParameters: each(101) })],
    'the step A has 101 hyperparameters, allowed are 100',
  ],
  [
    'a hyperparameter that is too long',
    [step('A', { HyperParameters: { lr: 'x'.repeat(2501) } })],
    'the hyperparameter lr of the step A is too long, allowed are 256 characters for its name and 2500 for its value',
  ],
  [
    'a hyperparameter whose name is too long',
    [step('A', { HyperParameters: { ['x'.repeat(257)]: '1' } })],
    `the hyperparameter ${'x'.repeat(256)} of the step A is too long, allowed are 256 characters for its name and 2500 for its value`,
  ],
])('finds %s', (_what, steps, message) => {
  expect(problemsOf(definition(...steps))).toContain(message);
});

test.each<[what: string, names: string[], message: string]>([
  ['a parameter name twice', ['A', 'A'], 'the parameter name "A" is used twice'],
  ['a parameter name that is none', ['a.b'], 'the parameter name "a.b" is none'],
  ['too many parameters', many(201), 'the pipeline has 201 parameters, allowed are 200'],
])('finds %s', (_what, names, message) => {
  const Parameters = names.map((Name) => ({ Name, Type: 'String' as const }));
  expect(problemsOf({ ...definition(step('S')), Parameters })).toContain(message);
});
