import * as iam from 'aws-cdk-lib/aws-iam';
import type { Asset } from 'aws-cdk-lib/aws-s3-assets';
import { LIST_OBJECTS, READ_OBJECTS } from './perms';

/**
 * Lets a job read one asset, and nothing else in the bucket that all deployments of the account share.
 *
 * The CDK's own grant allows the whole bucket, so that jobs which started before a deployment can still read what they
 * were started with; here such a job has to be started again.
 */
export function allowReadingAsset(asset: Asset, grantee: iam.IGrantable): iam.Grant {
  const reading = iam.Grant.addToPrincipal({
    grantee,
    actions: READ_OBJECTS,
    resourceArns: [asset.bucket.arnForObjects(asset.s3ObjectKey)],
  });
  // SageMaker takes an address for a prefix, and lists it before it reads.
  const listing = iam.Grant.addToPrincipal({
    grantee,
    actions: LIST_OBJECTS,
    resourceArns: [asset.bucket.bucketArn],
    conditions: { StringEquals: { 's3:prefix': asset.s3ObjectKey } },
  });
  return reading.combine(listing);
}
