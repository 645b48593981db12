import * as path from 'node:path';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { Construct } from 'constructs';
import { JobToolkitGrants } from './job-toolkit-grants';
import { ObjectGrants } from './private/object-grants';

/**
 * Properties of a JobToolkit.
 */
export interface JobToolkitProps {
  /**
   * The bucket in which jobs hand on to one another what they published.
   *
   * [disable-awslint:prefer-ref-interface]
   */
  readonly handoverBucket: s3.IBucket;

  /**
   * The key prefix for it, without a slash at either end.
   *
   * @default 'lineage'
   */
  readonly handoverPrefix?: string;
}

/**
 * What runs around the script of a job, and where its jobs hand on what they published.
 *
 * A job whose configuration starts by this toolkit, and by nothing else, is one of which it is known that the files its
 * script was given were hashed: only such a job's lineage is `attested`.
 */
export class JobToolkit extends Construct {
  /**
   * Where the toolkit is in S3. Another release of the toolkit has another address.
   */
  public readonly toolkitUri: string;

  /**
   * What the addresses of all that jobs hand on begin with, without a slash at the end.
   */
  public readonly handoverUri: string;

  /**
   * Who may start jobs with the toolkit, and who may read what they handed on.
   */
  public readonly grants: JobToolkitGrants;

  constructor(scope: Construct, id: string, props: JobToolkitProps) {
    super(scope, id);

    const prefix = props.handoverPrefix ?? 'lineage';
    const asset = new Asset(this, 'Asset', { path: path.join(__dirname, '..', 'assets', 'lineage-jobs') });
    this.toolkitUri = asset.s3ObjectUrl;
    this.handoverUri = props.handoverBucket.s3UrlForObject(prefix);
    this.grants = JobToolkitGrants._of(asset, new ObjectGrants(props.handoverBucket, prefix));
  }
}
