import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { allowReadingAsset } from './private/asset-grants';
import type { ObjectGrants } from './private/object-grants';

/**
 * Grants on a JobToolkit.
 */
export class JobToolkitGrants {
  /** @internal */
  static _of(asset: Asset, handover: ObjectGrants): JobToolkitGrants {
    return new JobToolkitGrants(asset, handover);
  }

  private constructor(
    private readonly asset: Asset,
    private readonly handover: ObjectGrants,
  ) {}

  /**
   * Starts jobs with the toolkit: reads this one asset.
   */
  run(grantee: iam.IGrantable): iam.Grant {
    return allowReadingAsset(this.asset, grantee);
  }

  /**
   * Hands on what a job has published.
   */
  handOn(grantee: iam.IGrantable): iam.Grant {
    return this.handover.write(grantee);
  }

  /**
   * Reads what another job has handed on.
   */
  takeOver(grantee: iam.IGrantable): iam.Grant {
    return this.handover.list(grantee).combine(this.handover.read(grantee));
  }
}
