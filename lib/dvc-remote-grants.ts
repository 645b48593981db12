import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IDvcRemote } from './dvc-remote';
import { ContentProtection } from './private/content-protection';
import { ObjectGrants } from './private/object-grants';

// DVC names the listing of a directory `<md5>.dir`; the files themselves have no ending.
const LISTINGS = 'files/md5/*.dir';
const CONTENT = 'files/md5/*';

/**
 * Grants on the datasets of a DVC remote.
 */
export class DvcRemoteGrants {
  /**
   * Grants for a remote, new or imported.
   */
  static fromDvcRemote(remote: IDvcRemote): DvcRemoteGrants {
    return new DvcRemoteGrants(remote, new ObjectGrants(remote.bucket, remote.prefix));
  }

  private constructor(
    private readonly remote: IDvcRemote,
    private readonly objects: ObjectGrants,
  ) {}

  /**
   * Reads every dataset, and changes none: what a training job needs.
   */
  pull(grantee: iam.IGrantable): iam.Grant {
    return this.objects.list(grantee).combine(this.objects.read(grantee));
  }

  /**
   * Reads every dataset and adds new ones: what a processing job needs. Deleting objects is not part of it.
   */
  push(grantee: iam.IGrantable): iam.Grant {
    return this.pull(grantee).combine(this.objects.write(grantee));
  }

  /**
   * Reads the listings of datasets, and which objects there are with which size and how often they were written, but no
   * record: what it takes to check a dataset against its name.
   */
  verify(grantee: iam.IGrantable): iam.Grant {
    return this.objects.listVersions(grantee).combine(this.objects.read(grantee, LISTINGS));
  }

  /**
   * Deletes objects that no data commit names any more: what `dvc gc --cloud` needs. One role of a remote can have it;
   * the policy of a bucket that this library defines denies deletion to everybody else.
   *
   * What was deleted is hidden by a delete marker, and stays as a noncurrent version until a lifecycle rule expires it.
   *
   * [disable-awslint:prefer-ref-interface]
   *
   * @see https://dvc.org/doc/command-reference/gc
   */
  collectGarbage(role: iam.IRole): iam.Grant {
    const { bucket, prefix } = this.remote;
    ContentProtection.of(bucket, prefix)?.exempt(role);
    return this.objects
      .list(role)
      .combine(this.objects.read(role, LISTINGS))
      .combine(this.objects.remove(role, CONTENT));
  }
}
