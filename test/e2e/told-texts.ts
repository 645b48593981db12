import { paginateDescribeLogGroups, paginateFilterLogEvents } from '@aws-sdk/client-cloudwatch-logs';
import { GetObjectCommand, paginateListObjectsV2 } from '@aws-sdk/client-s3';
import { DescribeArtifactCommand, paginateListArtifacts } from '@aws-sdk/client-sagemaker';
import { contract } from '../../core/contract';
import type { AwsClients } from '../../sandbox/walk/aws-clients';
import { runsOf, type Walk } from '../../sandbox/walk/platform-walk';

/** The metrics of functions are lines of their logs too. */
export async function functionLogs({ cloudWatchLogs }: AwsClients): Promise<string> {
  const lines: string[] = [];
  for await (const { logGroups = [] } of paginateDescribeLogGroups({ client: cloudWatchLogs }, {})) {
    // what a job prints is its own, and is in SageMaker's groups.
    for (const { logGroupName } of logGroups.filter((group) => !group.logGroupName?.startsWith('/aws/sagemaker/'))) {
      for await (const { events = [] } of paginateFilterLogEvents({ client: cloudWatchLogs }, { logGroupName })) {
        lines.push(...events.map(({ message = '' }) => message));
      }
    }
  }
  return lines.join('\n');
}

/** The tags that the library writes, on the runs of jobs. */
export async function writtenTags(walk: Walk, jobs: readonly string[]): Promise<string> {
  const ours = new Set<string>(Object.values(contract.runTags));
  const runs = (await Promise.all(jobs.map((job) => runsOf(walk, job)))).flat();
  return JSON.stringify(runs.map(({ tags }) => Object.entries(tags).filter(([key]) => ours.has(key))));
}

/** The artifacts in SageMaker's lineage graph that say whose dataset they are; SageMaker's own do not. */
export async function datasetArtifacts({ sagemaker }: AwsClients): Promise<string> {
  const texts: string[] = [];
  for await (const { ArtifactSummaries = [] } of paginateListArtifacts({ client: sagemaker }, {})) {
    for (const { ArtifactArn } of ArtifactSummaries) {
      const artifact = await sagemaker.send(new DescribeArtifactCommand({ ArtifactArn }));
      if (contract.runTags.platform in (artifact.Properties ?? {})) {
        texts.push(JSON.stringify(artifact));
      }
    }
  }
  return texts.join('\n');
}

/** Each object of the evidence with its key, and statements as they were before they were sealed. */
export async function evidence({ aws, outputs }: Walk): Promise<string> {
  const Bucket = outputs.EvidenceBucketName;
  const texts: string[] = [];
  for await (const { Contents = [] } of paginateListObjectsV2({ client: aws.s3 }, { Bucket })) {
    for (const { Key = '' } of Contents) {
      const text = (await (await aws.s3.send(new GetObjectCommand({ Bucket, Key }))).Body?.transformToString()) ?? '';
      texts.push(Key, Key.endsWith('.json') ? payloadOf(text) : text);
    }
  }
  return texts.join('\n');
}

function payloadOf(envelope: string): string {
  return Buffer.from(JSON.parse(envelope).payload, 'base64').toString();
}
