import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { IDataRepository } from './data-repository';
import { PULL_FROM_CODECOMMIT, PUSH_TO_CODECOMMIT, READ_ENCRYPTED, READ_SECRET } from './private/perms';

/**
 * Grants on a data repository.
 */
export class DataRepositoryGrants {
  /**
   * Grants for a data repository.
   */
  static fromDataRepository(repository: IDataRepository): DataRepositoryGrants {
    return new DataRepositoryGrants(repository);
  }

  private constructor(private readonly repository: IDataRepository) {}

  /**
   * Reads the token, and with it whatever the Git host allows the token to read. A repository at CodeCommit is pulled
   * from with the grantee's own credentials instead.
   */
  read(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, this.repository.tokenSecret, PULL_FROM_CODECOMMIT);
  }

  /**
   * Reads the token that may push: what a job needs that publishes dataset versions. To a repository at CodeCommit the
   * grantee pushes with its own credentials instead.
   */
  write(grantee: iam.IGrantable): iam.Grant {
    return this.allow(grantee, this.repository.pushTokenSecret, [...PULL_FROM_CODECOMMIT, ...PUSH_TO_CODECOMMIT]);
  }

  private allow(
    grantee: iam.IGrantable,
    secret: secretsmanager.ISecret | undefined,
    codeCommitActions: string[],
  ): iam.Grant {
    const { codeCommitArn } = this.repository;
    if (secret) {
      return this.readToken(grantee, secret);
    }
    return codeCommitArn === undefined
      ? iam.Grant.drop(grantee, 'a repository without a token needs no right')
      : iam.Grant.addToPrincipal({ grantee, actions: codeCommitActions, resourceArns: [codeCommitArn] });
  }

  private readToken(grantee: iam.IGrantable, secret: secretsmanager.ISecret): iam.Grant {
    // a secret that was imported by its name has no full ARN: Secrets Manager puts six characters behind the name
    // (https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html).
    const resourceArns = [secret.secretFullArn ?? `${secret.secretArn}-??????`];
    const grant = iam.Grant.addToPrincipal({ grantee, actions: READ_SECRET, resourceArns });
    return secret.encryptionKey ? grant.combine(secret.encryptionKey.grant(grantee, ...READ_ENCRYPTED)) : grant;
  }
}
