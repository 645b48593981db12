import * as iam from 'aws-cdk-lib/aws-iam';
import type { IDataRepository } from './data-repository';
import { READ_ENCRYPTED, READ_SECRET } from './private/perms';

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
   * Reads the token, and with it whatever the Git host allows the token to read.
   */
  read(grantee: iam.IGrantable): iam.Grant {
    const secret = this.repository.tokenSecret;
    if (!secret) {
      return iam.Grant.drop(grantee, 'a repository without a token needs no right');
    }
    // a secret that was imported by its name has no full ARN: Secrets Manager puts six characters behind the name
    // (https://docs.aws.amazon.com/secretsmanager/latest/userguide/auth-and-access_iam-policies.html).
    const resourceArns = [secret.secretFullArn ?? `${secret.secretArn}-??????`];
    const grant = iam.Grant.addToPrincipal({ grantee, actions: READ_SECRET, resourceArns });
    return secret.encryptionKey ? grant.combine(secret.encryptionKey.grant(grantee, ...READ_ENCRYPTED)) : grant;
  }
}
