import { CfnMapping, Stack, Token } from 'aws-cdk-lib';
import type * as ecr from 'aws-cdk-lib/aws-ecr';
import { DockerImageAsset, Platform } from 'aws-cdk-lib/aws-ecr-assets';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { enforce, invalid, isKnown, type Rule } from './private/errors';
import { IMAGE_ACCOUNTS } from './private/image-accounts';
import { LOG_IN_TO_ECR, PULL_IMAGES } from './private/perms';

/**
 * What the instances of a job compute with.
 */
export enum JobProcessor {
  /** Instances without an accelerator, such as `ml.m5.large`. */
  CPU = 'cpu',
  /** Instances with NVIDIA cards, such as `ml.g5.xlarge`. */
  GPU = 'gpu',
}

/**
 * What a job has to know of its image once it is bound.
 */
export interface JobImageConfig {
  /**
   * The address that a job, or the container of a model, names.
   */
  readonly imageUri: string;
}

/**
 * Options for one of AWS's deep-learning images.
 */
export interface DeepLearningImageOptions {
  /**
   * The Python of the image as its tag has it, such as `py312`. AWS makes each version of a framework for one Python only.
   */
  readonly pythonVersion: string;

  /**
   * What the instances of the job compute with.
   *
   * @default JobProcessor.CPU
   */
  readonly processor?: JobProcessor;

  /**
   * The rest of the tag, such as `ubuntu22.04-sagemaker-v1.5`.
   *
   * @default - the short tag, which AWS moves to each patched build: jobs of today and of next month may differ
   */
  readonly tagSuffix?: string;
}

/**
 * Options for an image that the deployment builds.
 */
export interface DockerImageOptions {
  /**
   * The Dockerfile in the folder.
   *
   * @default 'Dockerfile'
   */
  readonly file?: string;

  /**
   * Build arguments. They stay readable in the image: no secrets.
   *
   * @default - only those that the Dockerfile itself gives a value
   */
  readonly buildArgs?: Record<string, string>;

  /**
   * The stage of the Dockerfile to stop at.
   *
   * @default - the last one
   */
  readonly target?: string;
}

/**
 * The container image of a job.
 *
 * Jobs with lineage need Python 3.10 or newer, and git. By their Dockerfiles, AWS's images for training with PyTorch (2.0
 * and newer) and TensorFlow (2.12 and newer), for inference with PyTorch, and for scikit-learn (1.4 and newer) have both;
 * AWS promises neither, and a job whose image lacks one fails and says so. AWS's images are pulled without any right of the
 * job's role, all others with exactly the rights to pull from their repository.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg-ecr-paths/sagemaker-algo-docker-registry-paths.html
 */
export abstract class JobImage {
  /**
   * AWS's image for training with PyTorch.
   *
   * @param version the version of PyTorch, such as `2.6.0`
   */
  static pytorchTraining(version: string, options: DeepLearningImageOptions): JobImage {
    return new DeepLearningImage('pytorch-training', { ...options, version });
  }

  /**
   * AWS's image for inference with PyTorch: the container of a model.
   *
   * @param version the version of PyTorch, such as `2.6.0`
   */
  static pytorchInference(version: string, options: DeepLearningImageOptions): JobImage {
    return new DeepLearningImage('pytorch-inference', { ...options, version });
  }

  /**
   * AWS's image for training with TensorFlow.
   *
   * @param version the version of TensorFlow, such as `2.19.0`
   */
  static tensorflowTraining(version: string, options: DeepLearningImageOptions): JobImage {
    return new DeepLearningImage('tensorflow-training', { ...options, version });
  }

  /**
   * AWS's image with scikit-learn, for jobs and for the containers of models. It is for instances without accelerators.
   *
   * @param version the version as AWS counts it, such as `1.4-2` (Python 3.10) or `1.4-2-py312` (Python 3.12)
   */
  static scikitLearn(version: string): JobImage {
    return new ScikitLearnImage(version);
  }

  /**
   * An image in a repository of Amazon ECR.
   *
   * Only a digest names the same bytes for ever; whoever may push to the repository can move a tag.
   *
   * @param repository [disable-awslint:prefer-ref-interface]
   * @param tagOrDigest the tag, or the digest with its `sha256:`
   */
  static fromEcrRepository(repository: ecr.IRepository, tagOrDigest: string): JobImage {
    return new EcrImage(repository, tagOrDigest);
  }

  /**
   * An image that the deployment builds from a folder with a Dockerfile, for x86 like the default instances.
   *
   * @param directory the folder on the machine that deploys, which needs Docker
   */
  static fromDockerAsset(directory: string, options: DockerImageOptions = {}): JobImage {
    return new DockerImage(directory, options);
  }

  /**
   * An image by its address. The role of the job gets no right on it: give it what it needs, if anything.
   */
  static fromUri(imageUri: string): JobImage {
    return new ImageAddress(imageUri);
  }

  /**
   * Defines what the image needs, and lets a job pull it.
   *
   * @param scope the step, or the construct that the job belongs to; it binds one image
   * @param grantee the role of the job
   */
  abstract bind(scope: Construct, grantee: iam.IGrantable): JobImageConfig;
}

interface DeepLearningImageProps extends DeepLearningImageOptions {
  readonly version: string;
}

const DEEP_LEARNING_RULES: readonly Rule<DeepLearningImageProps>[] = [
  {
    broken: ({ version }) => isKnown(version) && !/^\d+\.\d+\.\d+$/.test(version),
    message: ({ version }) =>
      `version must be three numbers with dots between them, such as 2.6.0, got ${JSON.stringify(version)}`,
  },
  {
    broken: ({ pythonVersion }) => isKnown(pythonVersion) && !/^py3[1-9]\d$/.test(pythonVersion),
    message: ({ pythonVersion }) =>
      `pythonVersion must be py310 or newer, such as py312, got ${JSON.stringify(pythonVersion)}; take a version of the framework that AWS made for it`,
  },
  {
    broken: ({ tagSuffix }) => isKnown(tagSuffix) && !/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}$/.test(tagSuffix),
    message: ({ tagSuffix }) =>
      `tagSuffix must be 1 to 100 letters, digits, dots, dashes and underscores, without a dash before, got ${JSON.stringify(tagSuffix)}`,
  },
];

class DeepLearningImage extends JobImage {
  constructor(
    private readonly repositoryName: string,
    private readonly props: DeepLearningImageProps,
  ) {
    super();
  }

  bind(scope: Construct, _grantee: iam.IGrantable): JobImageConfig {
    const { version, pythonVersion, processor = JobProcessor.CPU, tagSuffix } = this.props;
    enforce(scope, 'JobImageInvalid', this.props, DEEP_LEARNING_RULES);
    const tag = [version, processor, pythonVersion, tagSuffix].filter((part) => part !== undefined).join('-');
    return { imageUri: imageUriOf(scope, 'DeepLearning', this.repositoryName, tag) };
  }
}

const SCIKIT_LEARN_RULES: readonly Rule<{ version: string }>[] = [
  {
    broken: ({ version }) =>
      isKnown(version) && !/^(1\.([4-9]|[1-9]\d+)|[2-9]\.\d+)(\.\d+)?-\d+(-py3\d+)?$/.test(version),
    message: ({ version }) =>
      `version must be 1.4-2 or newer, as AWS counts it, got ${JSON.stringify(version)}; images before have no Python 3.10`,
  },
];

class ScikitLearnImage extends JobImage {
  constructor(private readonly version: string) {
    super();
  }

  bind(scope: Construct, _grantee: iam.IGrantable): JobImageConfig {
    const { version } = this;
    enforce(scope, 'JobImageInvalid', { version }, SCIKIT_LEARN_RULES);
    return { imageUri: imageUriOf(scope, 'ScikitLearn', 'sagemaker-scikit-learn', `${version}-cpu-py3`) };
  }
}

const ECR_RULES: readonly Rule<{ tagOrDigest: string }>[] = [
  {
    broken: ({ tagOrDigest }) =>
      isKnown(tagOrDigest) && !/^([A-Za-z0-9_][A-Za-z0-9_.-]{0,127}|sha256:[0-9a-f]{64})$/.test(tagOrDigest),
    message: ({ tagOrDigest }) =>
      `tagOrDigest must be a tag, or sha256: and 64 hexadecimal digits, got ${JSON.stringify(tagOrDigest)}`,
  },
];

class EcrImage extends JobImage {
  constructor(
    private readonly repository: ecr.IRepository,
    private readonly tagOrDigest: string,
  ) {
    super();
  }

  bind(scope: Construct, grantee: iam.IGrantable): JobImageConfig {
    const { repository, tagOrDigest } = this;
    enforce(scope, 'JobImageInvalid', { tagOrDigest }, ECR_RULES);
    allowPulling(repository, grantee);
    return { imageUri: repository.repositoryUriForTagOrDigest(tagOrDigest) };
  }
}

class DockerImage extends JobImage {
  constructor(
    private readonly directory: string,
    private readonly options: DockerImageOptions,
  ) {
    super();
  }

  bind(scope: Construct, grantee: iam.IGrantable): JobImageConfig {
    const { directory, options } = this;
    const asset = new DockerImageAsset(scope, 'Image', { ...options, directory, platform: Platform.LINUX_AMD64 });
    allowPulling(asset.repository, grantee);
    return { imageUri: asset.imageUri };
  }
}

const ADDRESS_RULES: readonly Rule<JobImageConfig>[] = [
  {
    broken: ({ imageUri }) => isKnown(imageUri) && !/^\S{1,255}$/.test(imageUri),
    message: ({ imageUri }) =>
      `imageUri must be 1 to 255 characters without a space, such as <account>.dkr.ecr.<region>.amazonaws.com/<repository>:<tag>, got ${JSON.stringify(imageUri)}`,
  },
];

class ImageAddress extends JobImage {
  constructor(private readonly imageUri: string) {
    super();
  }

  bind(scope: Construct, _grantee: iam.IGrantable): JobImageConfig {
    const { imageUri } = this;
    enforce(scope, 'JobImageInvalid', { imageUri }, ADDRESS_RULES);
    return { imageUri };
  }
}

function allowPulling(repository: ecr.IRepository, grantee: iam.IGrantable): void {
  repository.grant(grantee, ...PULL_IMAGES);
  // a token opens every repository that its owner may pull from, so IAM knows no resource for it.
  iam.Grant.addToPrincipal({ grantee, actions: LOG_IN_TO_ECR, resourceArns: ['*'] });
}

type ImageFamily = keyof typeof IMAGE_ACCOUNTS;

function imageUriOf(scope: Construct, family: ImageFamily, repository: string, tag: string): string {
  const { region, urlSuffix } = Stack.of(scope);
  return `${accountOf(scope, family)}.dkr.ecr.${region}.${urlSuffix}/${repository}:${tag}`;
}

function accountOf(scope: Construct, family: ImageFamily): string {
  const stack = Stack.of(scope);
  const accounts = IMAGE_ACCOUNTS[family];
  if (Token.isUnresolved(stack.region)) {
    return accountsIn(stack, family).findInMap(stack.region, 'Account');
  }
  const account = accounts[stack.region];
  if (!account) {
    throw invalid(
      scope,
      'JobImageInvalid',
      `region must be one where AWS is known to keep such an image, got ${stack.region}; allowed are ${Object.keys(accounts).sort().join(', ')}; copy the image to a repository of yours and take JobImage.fromEcrRepository`,
    );
  }
  return account;
}

function accountsIn(stack: Stack, family: ImageFamily): CfnMapping {
  const id = `${family}ImageAccounts`;
  const found = stack.node.tryFindChild(id);
  return found
    ? (found as CfnMapping)
    : new CfnMapping(stack, id, {
        mapping: Object.fromEntries(
          Object.entries(IMAGE_ACCOUNTS[family]).map(([region, account]) => [region, { Account: account }]),
        ),
      });
}
