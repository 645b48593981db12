import { GetTemplateCommand } from '@aws-sdk/client-cloudformation';
import {
  DeleteRuleCommand,
  ListRulesCommand,
  ListTargetsByRuleCommand,
  RemoveTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import { z } from 'zod';
import { contract } from '../core/contract';
import type { Sandbox } from '../sandbox/instance';
import { sessionOfRole } from '../sandbox/walk/deployed-role';
import { bootstrapAccount, stackNameOf } from '../sandbox/walk/deployment';
import { deployWalk, type Walk } from '../sandbox/walk/platform-walk';

export const PLATFORM = 'bench';

const LINEAGE_DERIVER = 'PlatformRunTaggerLineageDeriver';
const names = contract.functionEnvironment;
// by which the functions know a message that keeps killing them: that of the deployed queues.
const VISIBILITY_TIMEOUT = '1800';

const Template = z.object({
  Resources: z.record(
    z.string(),
    z.object({ Type: z.string(), Properties: z.record(z.string(), z.unknown()).optional() }),
  ),
});

/**
 * Deploys a platform whose own functions never come to work: the measured ones do it in their place.
 */
export async function deployIdlePlatform(sandbox: Sandbox): Promise<Walk> {
  await bootstrapAccount(sandbox.processEnvironment());
  const walk = await deployWalk(sandbox, PLATFORM);
  const { eventBridge } = walk.aws;
  const { Rules = [] } = await eventBridge.send(new ListRulesCommand({ NamePrefix: stackNameOf(PLATFORM) }));
  for (const { Name } of Rules) {
    const { Targets = [] } = await eventBridge.send(new ListTargetsByRuleCommand({ Rule: Name }));
    const Ids = Targets.map(({ Id }) => Id ?? '');
    await eventBridge.send(new RemoveTargetsCommand({ Rule: Name, Ids }));
    await eventBridge.send(new DeleteRuleCommand({ Name }));
  }
  return walk;
}

/**
 * The environment of the run-tagger, with the rights of its deployed role and no other.
 */
export async function runTaggerEnvironment(sandbox: Sandbox, { outputs }: Walk): Promise<Record<string, string>> {
  return {
    ...(await functionEnvironment(sandbox, 'PlatformRunTaggerRunTaggerRole')),
    [names.mlflowAppArn]: outputs.MlflowAppArn,
    [names.evidenceBucket]: outputs.EvidenceBucketName,
    [names.signingKeyArn]: outputs.SigningKeyArn,
    [names.previousKeyFingerprints]: '[]',
    [names.dvcRemoteUrl]: outputs.DvcRemoteUrl,
    // the functions that it is measured beside do not write there.
    [names.completeLineageGraph]: 'false',
    [names.modelsMirrored]: 'false',
    [names.sourceQueueUrl]: outputs.TaggingQueueUrl,
    [names.parkingQueueUrl]: outputs.TaggingParkingUrl,
    [names.visibilityTimeoutSeconds]: VISIBILITY_TIMEOUT,
  };
}

/**
 * The environment of the lineage-deriver, with the rights of its deployed role and no other.
 */
export async function lineageDeriverEnvironment(sandbox: Sandbox, walk: Walk): Promise<Record<string, string>> {
  const { outputs, repository } = walk;
  return {
    ...(await functionEnvironment(sandbox, `${LINEAGE_DERIVER}Role`)),
    [names.jobRoleArns]: JSON.stringify([outputs.TrainingRoleArn]),
    [names.dataRepositories]: JSON.stringify([repository]),
    [names.dvcRemoteUrl]: outputs.DvcRemoteUrl,
    [names.taggingQueueUrl]: outputs.TaggingQueueUrl,
    [names.sourceQueueUrl]: outputs.DerivationQueueUrl,
    [names.parkingQueueUrl]: outputs.DerivationParkingUrl,
    [names.visibilityTimeoutSeconds]: VISIBILITY_TIMEOUT,
  };
}

/**
 * How many megabytes the deployed lineage-deriver has.
 */
export async function lineageDeriverMemory({ aws }: Walk): Promise<number> {
  const { TemplateBody = '' } = await aws.cloudFormation.send(
    new GetTemplateCommand({ StackName: stackNameOf(PLATFORM) }),
  );
  const resources = Object.entries(Template.parse(JSON.parse(TemplateBody)).Resources);
  const [, found] =
    resources.find(([id, { Type }]) => Type === 'AWS::Lambda::Function' && id.startsWith(LINEAGE_DERIVER)) ?? [];
  return z.number().parse(found?.Properties?.MemorySize);
}

async function functionEnvironment(sandbox: Sandbox, logicalId: string): Promise<Record<string, string>> {
  const role = { stack: stackNameOf(PLATFORM), logicalId, service: 'lambda.amazonaws.com' };
  const { accessKeyId, secretAccessKey, sessionToken = '' } = await sessionOfRole(sandbox, role);
  return {
    PATH: process.env.PATH ?? '',
    // without a language Python reads and writes ASCII.
    LANG: 'C.UTF-8',
    ...sandbox.environment(),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
    AWS_SESSION_TOKEN: sessionToken,
    [names.platformName]: PLATFORM,
  };
}
