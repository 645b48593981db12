import { App } from 'aws-cdk-lib';
import { DatasetLevelStack } from './stack';

const app = new App();
const setting = (name: string): string => {
  const value: unknown = app.node.tryGetContext(name);
  if (typeof value !== 'string' || value === '') {
    throw new Error(`the example needs the context ${name}: --context ${name}=<value>`);
  }
  return value;
};

new DatasetLevelStack(app, `dataset-level-${setting('platformName')}`, {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
  platformName: setting('platformName'),
  dataRepositoryUrl: setting('dataRepositoryUrl'),
  dataRepositoryTokenSecretArn: setting('dataRepositoryTokenSecretArn'),
  image: setting('image'),
});
