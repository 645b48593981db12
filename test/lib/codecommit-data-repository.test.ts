import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { App, FileSystem, RemovalPolicy, Stack, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import * as s3 from 'aws-cdk-lib/aws-s3';
import { CodeCommitDataRepository, type CodeCommitDataRepositoryProps, DvcRemote } from '../../lib';
import { CONSTRUCTS, defineRole, defineStack, ENVIRONMENT, statementsOf, templateOf } from './definition';

const template = templateOf(CONSTRUCTS.CodeCommitDataRepository as never);

const define = (props: Partial<CodeCommitDataRepositoryProps>, stack = defineStack()) =>
  new CodeCommitDataRepository(stack, 'Repository', { repositoryName: 'data', ...props });

/** The files of the first commit, as they lie in the assembly, and the hash of the asset. */
function firstCommitOf(app: App): { files: Record<string, string>; hash: string } {
  const assembly = app.synth();
  const [hash = '', ...more] = readdirSync(assembly.directory).filter((name) => name.startsWith('asset.'));
  expect(more).toEqual([]);
  const read = (path: string) => [path, readFileSync(join(assembly.directory, hash, path), 'utf8')];
  return { hash, files: Object.fromEntries(['.dvc/config', '.dvc/.gitignore', '.dvcignore'].map(read)) };
}

function firstCommitWith(remote?: (stack: Stack) => DvcRemote | ReturnType<typeof DvcRemote.fromBucket>) {
  const app = new App();
  const stack = new Stack(app, 'Stack', { env: ENVIRONMENT });
  const dvcRemote = remote?.(stack);
  define(dvcRemote ? { dvcRemote } : {}, stack);
  return firstCommitOf(app);
}

test('the repository is on its branch from its first commit on, and outlives the stack', () => {
  template.hasResource('AWS::CodeCommit::Repository', {
    DeletionPolicy: 'Retain',
    UpdateReplacePolicy: 'Retain',
    Properties: {
      RepositoryName: 'data',
      RepositoryDescription: Match.absent(),
      Code: { BranchName: 'main', S3: { Bucket: Match.anyValue(), Key: Match.stringLikeRegexp('zip$') } },
    },
  });
});

test('branch and description are those that are named', () => {
  const repository = define({ branch: 'datasets', description: 'Scans' });
  expect(repository.branch).toBe('datasets');
  Template.fromStack(Stack.of(repository)).hasResourceProperties('AWS::CodeCommit::Repository', {
    RepositoryDescription: 'Scans',
    Code: { BranchName: 'datasets' },
  });
});

test('the first commit sets DVC up, without a remote that only the deployment knows', () => {
  const without = firstCommitWith();
  expect(without.files).toEqual({
    '.dvc/config': '[core]\n    analytics = false\n',
    '.dvc/.gitignore': '/config.local\n/tmp\n/cache\n',
    '.dvcignore': '# paths that DVC leaves out, one pattern on each line.\n',
  });
  const unknown = firstCommitWith((stack) => new DvcRemote(stack, 'Remote'));
  expect(unknown).toEqual(without);
});

test('the first commit names a remote whose address is known, and has it verified', () => {
  const { files } = firstCommitWith((stack) =>
    DvcRemote.fromBucket(stack, 'Remote', s3.Bucket.fromBucketName(stack, 'Bucket', 'scans')),
  );
  expect(files['.dvc/config']).toContain('    url = s3://scans/dvc\n    verify = true\n');
});

test('each synthesis makes the same bytes, and leaves nothing behind', () => {
  const folders = jest.spyOn(FileSystem, 'mkdtemp');
  expect(firstCommitWith().hash).toBe(firstCommitWith().hash);
  expect(folders.mock.results.map(({ value }) => existsSync(value))).toEqual([false, false]);
  folders.mockRestore();
});

test('an app that does not stage assets finds the files where they were written', () => {
  const app = new App({ context: { 'aws:cdk:disable-asset-staging': true } });
  const stack = new Stack(app, 'Stack');
  define({}, stack);
  const resource = Template.fromStack(stack).findResources('AWS::CodeCommit::Repository');
  expect(Object.keys(resource)).toHaveLength(1);
  const [asset] = Object.values(
    JSON.parse(readFileSync(join(app.outdir, 'Stack.assets.json'), 'utf8')).files as Record<
      string,
      { source: { path: string; packaging: string } }
    >,
  ).filter(({ source }) => source.packaging === 'zip');
  const path = asset?.source.path ?? '';
  expect(isAbsolute(path) && existsSync(join(path, '.dvc', '.gitignore'))).toBe(true);
});

test('grants reach the repository by its ARN, and nothing is kept in a secret', () => {
  const stack = defineStack();
  const repository = define({}, stack);
  expect(repository).not.toHaveProperty('tokenSecret');
  repository.grants.write(defineRole(stack));
  expect(statementsOf(Template.fromStack(stack), 'Grantee')).toEqual([
    {
      Effect: 'Allow',
      Action: ['codecommit:GitPull', 'codecommit:GitPush'],
      Resource: stack.resolve(repository.repository.repositoryArn),
    },
  ]);
  expect(stack.resolve(repository.url)).toEqual({
    'Fn::GetAtt': [expect.stringMatching(/^Repository/), 'CloneUrlHttp'],
  });
});

test('removal is possible, with a warning', () => {
  const stack = Stack.of(define({ removalPolicy: RemovalPolicy.DESTROY }));
  Template.fromStack(stack).hasResource('AWS::CodeCommit::Repository', { DeletionPolicy: 'Delete' });
  Annotations.fromStack(stack).hasWarning(
    '/Stack/Repository',
    Match.stringLikeRegexp('^deleting the stack will delete the repository with all data commits.*removalPolicy]$'),
  );
  Annotations.fromStack(Stack.of(define({}))).hasNoWarning('*', Match.anyValue());
});

test.each(['', 'a b', 'data.git', 'x'.repeat(101), 'team/data'])('fails on the name %p', (repositoryName) => {
  expect(() => define({ repositoryName })).toThrow(
    `repositoryName must be 1 to 100 letters, digits, dots, dashes and underscores, and must not end in .git, got ${JSON.stringify(repositoryName)}`,
  );
});

test('fails on a branch that Git would not take', () => {
  expect(() => define({ branch: 'a b' })).toThrow('branch must be 1 to 128 letters');
});

test('a name that is known only at deployment is taken as it is', () => {
  expect(() => define({ repositoryName: Token.asString({ Ref: 'Name' }) })).not.toThrow();
});

test('the resource keeps its id, which is interface: changing it replaces the repository', () => {
  expect(Object.keys(template.findResources('AWS::CodeCommit::Repository'))).toEqual([
    expect.stringMatching(/^CodeCommitDataRepository[0-9A-F]{8}$/),
  ]);
});
