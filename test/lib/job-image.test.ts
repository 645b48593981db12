import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App, CfnOutput, Stack, Token } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { JobImage, JobProcessor } from '../../lib';
import { IMAGE_ACCOUNTS } from '../../lib/private/image-accounts';
import { defineRole, defineStack, statementsOf } from './definition';

const PY312 = { pythonVersion: 'py312' };

function bound(image: JobImage, stack = defineStack()) {
  const { imageUri } = image.bind(stack, defineRole(stack));
  const template = Template.fromStack(stack);
  return { imageUri: stack.resolve(imageUri), template, statements: statementsOf(template, 'Grantee') };
}

function inRegion(region: string): Stack {
  return new Stack(new App(), 'Stack', { env: { account: '111122223333', region } });
}

test.each([
  ['pytorch-training:2.6.0-cpu-py312', JobImage.pytorchTraining('2.6.0', PY312)],
  ['pytorch-inference:2.6.0-cpu-py312', JobImage.pytorchInference('2.6.0', PY312)],
  ['tensorflow-training:2.19.0-cpu-py312', JobImage.tensorflowTraining('2.19.0', PY312)],
  [
    'pytorch-training:2.6.0-gpu-py312-cu126-ubuntu22.04-sagemaker',
    JobImage.pytorchTraining('2.6.0', {
      ...PY312,
      processor: JobProcessor.GPU,
      tagSuffix: 'cu126-ubuntu22.04-sagemaker',
    }),
  ],
])('AWS keeps %s, which needs no right', (name, image) => {
  const { imageUri, statements } = bound(image);
  expect(imageUri).toEqual({
    'Fn::Join': ['', ['763104351884.dkr.ecr.us-east-1.', { Ref: 'AWS::URLSuffix' }, `/${name}`]],
  });
  expect(statements).toEqual([]);
});

test.each(['1.4-2', '1.4-2-py312', '1.10-1', '2.0.1-1'])('AWS keeps scikit-learn %s in other accounts', (version) => {
  const { imageUri } = bound(JobImage.scikitLearn(version), inRegion('eu-west-1'));
  expect(JSON.stringify(imageUri)).toContain('141502667606.dkr.ecr.eu-west-1.');
  expect(JSON.stringify(imageUri)).toContain(`/sagemaker-scikit-learn:${version}-cpu-py3"`);
});

test('a region that the CDK has no account for has one nevertheless', () => {
  const { imageUri } = bound(JobImage.pytorchTraining('2.6.0', PY312), inRegion('ca-west-1'));
  expect(JSON.stringify(imageUri)).toContain('204538143572.dkr.ecr.ca-west-1.');
});

test('an account that the CDK knows is the one that is taken', () => {
  const known = RegionInfo.regions.filter(({ dlcRepositoryAccount }) => dlcRepositoryAccount);
  expect(known.length).toBeGreaterThan(25);
  for (const { name, dlcRepositoryAccount } of known) {
    expect([name, IMAGE_ACCOUNTS.DeepLearning[name]]).toEqual([name, dlcRepositoryAccount]);
  }
});

test('fails in a region where AWS keeps no such image, and names the others', () => {
  const stack = inRegion('me-west-7');
  expect(() => JobImage.scikitLearn('1.4-2').bind(stack, defineRole(stack))).toThrow(
    /region must be one where AWS is known to keep such an image, got me-west-7; allowed are af-south-1, .*us-west-2; copy the image to a repository of yours and take JobImage\.fromEcrRepository/,
  );
});

test('a stack without a region looks the account up when it is deployed', () => {
  const stack = new Stack(new App(), 'Anywhere');
  const grantee = defineRole(stack);
  const accountOf = (id: string, image: JobImage) => {
    const { imageUri } = image.bind(stack, grantee);
    new CfnOutput(stack, id, { value: imageUri });
    return stack.resolve(imageUri)['Fn::Join'][1][0];
  };
  const lookup = (map: string) => ({ 'Fn::FindInMap': [map, { Ref: 'AWS::Region' }, 'Account'] });
  const deepLearning = lookup('DeepLearningImageAccounts');
  expect(accountOf('Training', JobImage.pytorchTraining('2.6.0', PY312))).toEqual(deepLearning);
  expect(accountOf('Inference', JobImage.pytorchInference('2.6.0', PY312))).toEqual(deepLearning);
  expect(accountOf('ScikitLearn', JobImage.scikitLearn('1.4-2'))).toEqual(lookup('ScikitLearnImageAccounts'));
  const { Mappings } = Template.fromStack(stack).toJSON();
  expect(Mappings.DeepLearningImageAccounts['us-gov-west-1']).toEqual({ Account: '442386744353' });
  expect(Mappings.ScikitLearnImageAccounts['us-gov-west-1']).toEqual({ Account: '414596584902' });
});

const PULLING = ['ecr:BatchCheckLayerAvailability', 'ecr:BatchGetImage', 'ecr:GetDownloadUrlForLayer'];

test.each(['v1', `sha256:${'a'.repeat(64)}`])('an image of a repository by %s may be pulled, and no other', (tag) => {
  const stack = defineStack();
  const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', 'team/train');
  const { imageUri, statements } = bound(JobImage.fromEcrRepository(repository, tag), stack);
  expect(JSON.stringify(imageUri)).toContain(`/team/train${tag === 'v1' ? ':' : '@'}${tag}"`);
  expect(statements).toEqual([
    { Effect: 'Allow', Action: PULLING, Resource: expect.anything() },
    { Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
  ]);
  expect(JSON.stringify(statements[0]?.Resource)).toContain(':ecr:us-east-1:111122223333:repository/team/train"');
});

test('an image is built from the Dockerfile of its folder where nothing else is asked for', () => {
  const stack = defineStack();
  const folder = mkdtempSync(join(tmpdir(), 'image-'));
  writeFileSync(join(folder, 'Dockerfile'), 'FROM scratch\n');
  bound(JobImage.fromDockerAsset(folder), stack);
  const { directory } = (stack.node.root as App).synth();
  const { dockerImages } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8'));
  expect(Object.values(dockerImages)).toMatchObject([{ source: { platform: 'linux/amd64' } }]);
  rmSync(folder, { recursive: true });
});

test('an image that the deployment builds is for x86 and may be pulled', () => {
  const stack = defineStack();
  const image = JobImage.fromDockerAsset(join(__dirname, 'image'), {
    file: 'train.Dockerfile',
    target: 'train',
    buildArgs: { PYTHON: '3.12' },
  });
  const { statements } = bound(image, stack);
  expect(statements.map(({ Action }) => Action)).toEqual([PULLING, 'ecr:GetAuthorizationToken']);
  expect(JSON.stringify(statements[0]?.Resource)).toContain('container-assets');
  const { directory } = (stack.node.root as App).synth();
  const { dockerImages } = JSON.parse(readFileSync(join(directory, 'Stack.assets.json'), 'utf8'));
  expect(Object.values(dockerImages)).toMatchObject([
    {
      source: {
        dockerFile: 'train.Dockerfile',
        dockerBuildTarget: 'train',
        dockerBuildArgs: { PYTHON: '3.12' },
        platform: 'linux/amd64',
      },
    },
  ]);
});

test('an address gets no right', () => {
  expect(bound(JobImage.fromUri('registry.example.com/train:1'))).toMatchObject({
    imageUri: 'registry.example.com/train:1',
    statements: [],
  });
});

test.each<[string, JobImage]>([
  [
    'version must be three numbers with dots between them, such as 2.6.0, got "2.6"',
    JobImage.pytorchTraining('2.6', PY312),
  ],
  [
    'pythonVersion must be py310 or newer, such as py312, got "py39"; take a version of the framework that AWS made for it',
    JobImage.tensorflowTraining('2.11.0', { pythonVersion: 'py39' }),
  ],
  [
    'tagSuffix must be 1 to 100 letters, digits, dots, dashes and underscores, without a dash before, got "-v1"',
    JobImage.pytorchTraining('2.6.0', { ...PY312, tagSuffix: '-v1' }),
  ],
  [
    'version must be 1.4-2 or newer, as AWS counts it, got "1.2-1"; images before have no Python 3.10',
    JobImage.scikitLearn('1.2-1'),
  ],
  [
    'tagOrDigest must be a tag, or sha256: and 64 hexadecimal digits, got "sha256:abc"',
    JobImage.fromEcrRepository(ecr.Repository.fromRepositoryName(defineStack(), 'Repository', 'train'), 'sha256:abc'),
  ],
  ['imageUri must be 1 to 255 characters without a space, such as', JobImage.fromUri('my image')],
])('fails: %s', (message, image) => {
  const stack = defineStack();
  expect(() => image.bind(stack, defineRole(stack))).toThrow(message);
});

test('every text may be known at deployment only', () => {
  const stack = defineStack();
  const grantee = defineRole(stack);
  const later = Token.asString({ Ref: 'Later' });
  const repository = ecr.Repository.fromRepositoryName(stack, 'Repository', later);
  const images = [
    JobImage.pytorchTraining(later, { pythonVersion: later, tagSuffix: later }),
    JobImage.scikitLearn(later),
    JobImage.fromEcrRepository(repository, later),
    JobImage.fromUri(later),
  ];
  for (const image of images) {
    expect(JSON.stringify(stack.resolve(image.bind(stack, grantee).imageUri))).toContain('{"Ref":"Later"}');
  }
});
