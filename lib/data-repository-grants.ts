import { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { IDataRepository } from './data-repository';
import { pattern } from './private/contract';
import { PULL_FROM_CODECOMMIT, READ_ENCRYPTED, READ_SECRET } from './private/perms';

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
   * from with the grantee's own credentials instead; it has to be in the account of the repository's stack.
   */
  read(grantee: iam.IGrantable): iam.Grant {
    const secret = this.repository.tokenSecret;
    return secret ? this.readToken(grantee, secret) : this.pull(grantee);
  }

  private pull(grantee: iam.IGrantable): iam.Grant {
    const [, region, resource] = pattern('codeCommitUrl').exec(this.repository.url) ?? [];
    return region && resource
      ? iam.Grant.addToPrincipal({
          grantee,
          actions: PULL_FROM_CODECOMMIT,
          resourceArns: [Stack.of(this.repository).formatArn({ service: 'codecommit', region, resource })],
        })
      : iam.Grant.drop(grantee, 'a repository without a token needs no right');
  }

  private readToken(grantee: iam.IGrantable, secret: secretsmanager.ISecret): iam.Grant {
    // a secret that was imported by its name has no full ARN: Secrets Manager puts six characters behind the name
    // (https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html).
    const resourceArns = [secret.secretFullArn ?? `${secret.secretArn}-??????`];
    const grant = iam.Grant.addToPrincipal({ grantee, actions: READ_SECRET, resourceArns });
    return secret.encryptionKey ? grant.combine(secret.encryptionKey.grant(grantee, ...READ_ENCRYPTED)) : grant;
  }
}
