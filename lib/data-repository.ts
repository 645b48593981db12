import { Stack } from 'aws-cdk-lib';
import * as codecommit from 'aws-cdk-lib/aws-codecommit';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { DataRepositoryGrants } from './data-repository-grants';
import { matches, pattern } from './private/contract';
import { BRANCH_RULES, branchOf } from './private/data-branch';
import { enforce, isKnown, type Rule } from './private/errors';

const RULES: readonly Rule<DataRepositoryProps>[] = [
  ...BRANCH_RULES,
  {
    broken: ({ url }) => isKnown(url) && !matches('dataRepositoryUrl', url),
    message: ({ url }) =>
      `url must be an https address with a lower-case host and a path, without user, query or fragment, got ${JSON.stringify(url)}; put credentials into tokenSecret`,
  },
];

/**
 * The Git repository that holds the `.dvc` files of a data set's versions.
 */
export interface IDataRepository extends IConstruct {
  /**
   * The https address that `git clone` takes.
   */
  readonly url: string;

  /**
   * The branch that dataset versions are published to.
   */
  readonly branch: string;

  /**
   * The secret whose text is the token for reading the repository.
   *
   * @default - the repository is read without a token
   */
  readonly tokenSecret?: secretsmanager.ISecret;

  /**
   * The secret whose text is the token for pushing to the repository.
   *
   * @default - nobody pushes with a token
   */
  readonly pushTokenSecret?: secretsmanager.ISecret;

  /**
   * The ARN of a repository at CodeCommit, where whoever may do so reads and pushes with their own credentials.
   *
   * @default - a repository at another host
   */
  readonly codeCommitArn?: string;

  /**
   * Who may read the repository, or push to it.
   */
  readonly grants: DataRepositoryGrants;
}

/**
 * What there is to say of a repository at CodeCommit that exists already.
 */
export interface DataRepositoryFromCodeCommitOptions {
  /**
   * The branch that dataset versions are published to.
   *
   * @default 'main'
   */
  readonly branch?: string;
}

/**
 * Properties of a DataRepository.
 */
export interface DataRepositoryProps {
  /**
   * The https address that `git clone` takes, such as `https://github.com/owner/name.git`.
   *
   * A job that names another address is not believed: its data commit stays unresolved.
   */
  readonly url: string;

  /**
   * The branch that dataset versions are published to.
   *
   * @default 'main'
   */
  readonly branch?: string;

  /**
   * The secret whose text is a token that may read the repository, and nothing else.
   *
   * Functions and jobs read it when they need it; it never stands in a template or in a job's environment.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - the repository is read without credentials
   */
  readonly tokenSecret?: secretsmanager.ISecret;

  /**
   * The secret whose text is a token that may push as well. With it the token of functions and training jobs need not.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - tokenSecret, whose token then has to allow pushing where jobs publish dataset versions
   */
  readonly pushTokenSecret?: secretsmanager.ISecret;
}

/**
 * An existing data repository at any Git host that speaks https.
 *
 * An https address of CodeCommit needs no token; the repository has to be in the account of the stack.
 */
export class DataRepository extends Construct implements IDataRepository {
  /**
   * A repository at CodeCommit that exists already, or that another construct defines.
   */
  static fromCodeCommit(
    scope: Construct,
    id: string,
    repository: codecommit.IRepositoryRef,
    options: DataRepositoryFromCodeCommitOptions = {},
  ): IDataRepository {
    class Import extends Construct implements IDataRepository {
      readonly url = cloneUrlOf(this, repository);
      readonly branch = branchOf(options);
      readonly codeCommitArn = repository.repositoryRef.repositoryArn;
      readonly grants = DataRepositoryGrants.fromDataRepository(this);
    }
    const imported = new Import(scope, id);
    enforce(imported, 'DataRepositoryInvalid', options, BRANCH_RULES);
    return imported;
  }

  public readonly url: string;
  public readonly branch: string;
  public readonly tokenSecret?: secretsmanager.ISecret;
  public readonly pushTokenSecret?: secretsmanager.ISecret;
  public readonly codeCommitArn?: string;
  public readonly grants: DataRepositoryGrants;

  constructor(scope: Construct, id: string, props: DataRepositoryProps) {
    super(scope, id);
    enforce(this, 'DataRepositoryInvalid', props, RULES);

    this.url = props.url;
    this.branch = branchOf(props);
    this.tokenSecret = props.tokenSecret;
    this.pushTokenSecret = props.pushTokenSecret ?? props.tokenSecret;
    const [, region, resource] = pattern('codeCommitUrl').exec(props.url) ?? [];
    if (region && resource) {
      this.codeCommitArn = Stack.of(this).formatArn({ service: 'codecommit', region, resource });
    }
    this.grants = DataRepositoryGrants.fromDataRepository(this);
  }
}

function cloneUrlOf(scope: Construct, repository: codecommit.IRepositoryRef): string {
  const known =
    'repositoryCloneUrlHttp' in repository
      ? (repository as codecommit.IRepository)
      : codecommit.Repository.fromRepositoryArn(scope, 'Repository', repository.repositoryRef.repositoryArn);
  return known.repositoryCloneUrlHttp;
}
