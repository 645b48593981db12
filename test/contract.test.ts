import contract from '../lib/private/contract.json';
import { projectFiles, readProjectFile } from './project-files';

const CONTRACT = 'lib/private/contract.json';

/**
 * The names that constructs, functions, jobs and the sandbox have to agree on.
 */
const names = [
  ...Object.values(contract.jobEnvironment),
  ...Object.values(contract.functionEnvironment),
  ...Object.values(contract.runTags),
  ...Object.values(contract.claimTags),
  ...Object.values(contract.inputContexts),
  ...Object.values(contract.jobTags),
  ...Object.values(contract.metrics),
];

// a name that stands for something else too, or that a program of somebody else reads from its environment.
const OTHERS_NAMES: Record<string, readonly string[]> = {
  // the local SageMaker sets in containers and on model versions what SageMaker sets, and tells clients where the local
  // MLflow is.
  'sandbox/': [
    contract.claimTags.modelPackageArn,
    contract.jobEnvironment.trainingJobName,
    contract.jobEnvironment.trainingJobArn,
    contract.jobEnvironment.mlflowEndpoint,
  ],
};

const sources = projectFiles('lib', 'core', 'lambda', 'bin', 'jobs/src', 'sandbox', 'bench').filter(
  (file) => file !== CONTRACT && /\.(ts|py|json)$/.test(file),
);

function uses(text: string, name: string): boolean {
  return new RegExp(`(?<![\\w.:-])${name.replace(/[.]/g, '\\.')}(?![\\w:-])`).test(withoutComments(text));
}

// docs and comments may say a name, so that a reader finds it.
function withoutComments(text: string): string {
  return text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/"""[\s\S]*?"""/g, '')
    .replace(/^\s*(\/\/|#).*$/gm, '');
}

test('no source but the contract spells a name of the contract', () => {
  const found = sources.flatMap((file) => {
    const text = readProjectFile(file);
    const others = Object.entries(OTHERS_NAMES).flatMap(([prefix, allowed]) =>
      file.startsWith(prefix) ? allowed : [],
    );
    return names.filter((name) => !others.includes(name) && uses(text, name)).map((name) => `${file}: ${name}`);
  });
  expect(found).toEqual([]);
});

test('control: the search finds a name where it is spelled', () => {
  expect(uses("tags['data_git_commit_id']", 'data_git_commit_id')).toBe(true);
  expect(uses('// the tag data_git_commit_id\n', 'data_git_commit_id')).toBe(false);
});

test('no two things have one name', () => {
  expect(new Set(names).size).toBe(names.length);
});

test.each(Object.entries(contract.patterns))('the pattern %s is anchored at both ends', (_name, pattern) => {
  expect(pattern).toMatch(/^\^.*\$$/);
  expect(() => new RegExp(pattern)).not.toThrow();
});

test.each([
  ['v1.0-abc123', true],
  ['release/2026-01', true],
  ['a..b', false],
  ['a/.b', false],
  ['v1.lock', false],
  ['v1/', false],
  ['-v1', false],
  ['v1\n', false],
  ['v 1', false],
])('the data revision %j is well-formed: %s', (revision, wellFormed) => {
  expect(new RegExp(contract.patterns.dataRevision).test(revision)).toBe(wellFormed);
});
