import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IDvcRemote } from './dvc-remote';
import { ObjectGrants } from './private/object-grants';

/**
 * Grants on the datasets of a DVC remote.
 */
export class DvcRemoteGrants {
  /**
   * Grants for a remote, new or imported.
   */
  static fromDvcRemote(remote: IDvcRemote): DvcRemoteGrants {
    return new DvcRemoteGrants(new ObjectGrants(remote.bucket, remote.prefix));
  }

  private constructor(private readonly objects: ObjectGrants) {}

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
    // DVC names the listing of a directory `<md5>.dir`; the files themselves have no ending.
    return this.objects.listVersions(grantee).combine(this.objects.read(grantee, 'files/md5/*.dir'));
  }
}
