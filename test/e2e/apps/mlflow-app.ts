import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { setting } from '../../../examples/dataset-level/settings';
import { MlflowApp } from '../../../lib';

const app = new App();
const stack = new Stack(app, 'mlflow-app', {
  env: { account: process.env.CDK_DEFAULT_ACCOUNT, region: process.env.CDK_DEFAULT_REGION },
});
const mlflowApp = new MlflowApp(stack, 'App', {
  mlflowAppName: setting(app.node, 'mlflowAppName'),
  allowReplacement: setting(app.node, 'allowReplacement') === 'yes',
  accountDefault: true,
  defaultForDomains: ['d-abcdefghijkl'],
});
new CfnOutput(stack, 'MlflowAppArn', { value: mlflowApp.mlflowAppArn });
