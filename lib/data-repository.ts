import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, type IConstruct } from 'constructs';
import { DataRepositoryGrants } from './data-repository-grants';
import { matches } from './private/contract';
import { enforce, isKnown, type Rule } from './private/errors';

const RULES: readonly Rule<DataRepositoryProps>[] = [
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
   * The secret whose text is the token for reading the repository.
   *
   * @default - the repository is read without credentials
   */
  readonly tokenSecret?: secretsmanager.ISecret;

  /**
   * Who may read the repository.
   */
  readonly grants: DataRepositoryGrants;
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
   * The secret whose text is a token that may read the repository, and nothing else.
   *
   * Functions and jobs read it when they need it; it never stands in a template or in a job's environment.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @default - the repository is read without credentials
   */
  readonly tokenSecret?: secretsmanager.ISecret;
}

/**
 * An existing data repository at any Git host that speaks https.
 */
export class DataRepository extends Construct implements IDataRepository {
  public readonly url: string;
  public readonly tokenSecret?: secretsmanager.ISecret;
  public readonly grants: DataRepositoryGrants;

  constructor(scope: Construct, id: string, props: DataRepositoryProps) {
    super(scope, id);
    enforce(this, 'DataRepositoryInvalid', props, RULES);

    this.url = props.url;
    this.tokenSecret = props.tokenSecret;
    this.grants = DataRepositoryGrants.fromDataRepository(this);
  }
}
