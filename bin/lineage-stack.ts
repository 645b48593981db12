import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Topic } from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { DataRepository, LineagePlatform } from '../lib';
import type { Settings } from './settings';

interface LineageStackProps extends StackProps {
  readonly settings: Settings;
}

/**
 * The lineage platform as a stack of its own, for teams that deploy it as it is.
 */
export class LineageStack extends Stack {
  constructor(scope: Construct, id: string, { settings, ...props }: LineageStackProps) {
    super(scope, id, props);

    const { dataRepositoryTokenSecretArn, signingKeyGeneration, previousKeyFingerprints, alarmTopicArn } = settings;
    const dataRepository = new DataRepository(this, 'DataRepository', {
      url: settings.dataRepositoryUrl,
      ...(dataRepositoryTokenSecretArn && {
        tokenSecret: Secret.fromSecretCompleteArn(this, 'DataRepositoryToken', dataRepositoryTokenSecretArn),
      }),
    });
    const platform = new LineagePlatform(this, 'Platform', {
      name: settings.platformName,
      data: { repositories: [dataRepository] },
      evidence: {
        ...(signingKeyGeneration !== undefined && { signingKeyGeneration }),
        ...(previousKeyFingerprints && { previousKeyFingerprints }),
      },
      ...(alarmTopicArn && {
        operations: {
          alarmActions: [new SnsAction(Topic.fromTopicArn(this, 'AlarmTopic', alarmTopicArn))],
          dashboard: true,
        },
      }),
    });

    platform.addOutputs();
    this.output('TrainingRoleArn', platform.trainingRole.roleArn, 'The role to start training jobs with');
  }

  private output(id: string, value: string, description: string): void {
    new CfnOutput(this, id, { value, description });
  }
}
