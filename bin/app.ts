import { App, Tags } from 'aws-cdk-lib';
import { LineageStack } from './lineage-stack';
import { readSettings } from './settings';

const app = new App();
const settings = readSettings(app.node);
const stack = new LineageStack(app, settings.stackName, {
  description: 'End-to-end lineage of machine learning data and models (cdk-ml-lineage)',
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
  settings,
});
Tags.of(stack).add('application', 'cdk-ml-lineage');
