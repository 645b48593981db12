import { Annotations, RemovalPolicy } from 'aws-cdk-lib';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import { Construct } from 'constructs';
import type { IDataRepository } from './data-repository';
import { DataRepositoryGrants } from './data-repository-grants';
import type { IDvcRemote } from './dvc-remote';
import { contract } from './private/contract';
import { BRANCH_RULES, branchOf } from './private/data-branch';
import { enforce, isKnown, type Rule } from './private/errors';
import { defineFirstCommit, firstCommitFiles } from './private/first-commit';

const RULES: readonly Rule<CodeCommitDataRepositoryProps>[] = [
  ...BRANCH_RULES,
  {
    // https://docs.aws.amazon.com/codecommit/latest/APIReference/API_RepositoryMetadata.html
    broken: ({ repositoryName }) =>
      isKnown(repositoryName) && (!/^[A-Za-z0-9._-]{1,100}$/.test(repositoryName) || repositoryName.endsWith('.git')),
    message: ({ repositoryName }) =>
      `repositoryName must be 1 to 100 letters, digits, dots, dashes and underscores, and must not end in .git, got ${JSON.stringify(repositoryName)}`,
  },
];

/**
 * Properties of a CodeCommitDataRepository.
 */
export interface CodeCommitDataRepositoryProps {
  /**
   * The name of the repository, unique in the account and region. CodeCommit makes none of its own.
   */
  readonly repositoryName: string;

  /**
   * What the repository is for.
   *
   * @default - none
   */
  readonly description?: string;

  /**
   * The branch that the first commit is on, and that dataset versions are published to.
   *
   * @default 'main'
   */
  readonly branch?: string;

  /**
   * The remote that the first commit names, if its address is known at synthesis.
   *
   * @default - the first job that publishes a dataset version names its own remote
   */
  readonly dvcRemote?: IDvcRemote;

  /**
   * What becomes of the repository when the stack is deleted. With DESTROY it goes with all data commits in it.
   *
   * @default RemovalPolicy.RETAIN - without data commits nobody can say which objects a dataset consists of
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * A new data repository at CodeCommit, with a first commit in which DVC is set up.
 *
 * It is read and pushed to with the credentials of AWS that functions and jobs have: there is no token to keep, to hand
 * out or to renew. CodeCommit encrypts it with a key that AWS manages. CloudFormation makes the first commit when it
 * creates the repository, and never touches what is there afterwards.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-codecommit-repository-code.html
 */
export class CodeCommitDataRepository extends Construct implements IDataRepository {
  /**
   * The repository at CodeCommit.
   */
  public readonly repository: codecommit.IRepository;

  public readonly url: string;
  public readonly branch: string;
  public readonly codeCommitArn?: string;
  public readonly grants: DataRepositoryGrants;

  constructor(scope: Construct, id: string, props: CodeCommitDataRepositoryProps) {
    super(scope, id);
    enforce(this, 'CodeCommitDataRepositoryInvalid', props, RULES);

    const { repositoryName, description, removalPolicy } = props;
    this.branch = branchOf(props);
    const firstCommit = defineFirstCommit(this, 'FirstCommit', firstCommitFiles(props.dvcRemote));
    const repository = new codecommit.Repository(this, 'Repository', {
      repositoryName,
      ...(description !== undefined && { description }),
      code: codecommit.Code.fromAsset(firstCommit, this.branch),
    });
    repository.applyRemovalPolicy(removalPolicy ?? RemovalPolicy.RETAIN);
    if (removalPolicy === RemovalPolicy.DESTROY) {
      Annotations.of(this).addWarningV2(
        `${contract.packageName}:CodeCommitDataRepository.removalPolicy`,
        'deleting the stack will delete the repository with all data commits, after which nobody can say which objects ' +
          'a dataset consists of. Leave removalPolicy out to keep it',
      );
    }
    this.repository = repository;
    this.url = repository.repositoryCloneUrlHttp;
    this.codeCommitArn = repository.repositoryArn;
    this.grants = DataRepositoryGrants.fromDataRepository(this);
  }
}
