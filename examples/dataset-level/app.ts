import { App } from 'aws-cdk-lib';
import { stackSettings } from './settings';
import { DatasetLevelStack } from './stack';

const app = new App();
const settings = stackSettings(app.node);
new DatasetLevelStack(app, `dataset-level-${settings.platformName}`, settings);
