/** The least that a user writes to get a platform. */
export const CONSUMER_APP = `
import { App, Stack } from 'aws-cdk-lib';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { DataRepository, LineagePlatform } from 'cdk-ml-lineage';

const stack = new Stack(new App(), 'Consumer', { env: { account: '111122223333', region: 'us-east-1' } });
const token = 'arn:aws:secretsmanager:us-east-1:111122223333:secret:git-token-AbCdEf';
const dataRepository = new DataRepository(stack, 'DataRepository', {
  url: 'https://git.example.com/team/data.git',
  tokenSecret: Secret.fromSecretCompleteArn(stack, 'Token', token),
});
new LineagePlatform(stack, 'Platform', { platformName: 'demo', dataRepositories: [dataRepository] });
`;

/** An app with a bucket name that S3 would refuse. */
export const FAULTY_APP = `
import { App, CfnResource, Stack } from 'aws-cdk-lib';

const stack = new Stack(new App(), 'Faulty', { env: { account: '111122223333', region: 'us-east-1' } });
new CfnResource(stack, 'Bucket', { type: 'AWS::S3::Bucket', properties: { BucketName: 'Not_Valid' } });
`;
