import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../setup/project.mjs';

/** The stack that README.md shows under "Use it": the least that a user writes to get a platform. */
export function readmeApp() {
  const [, section = ''] = readFileSync(join(projectRoot, 'README.md'), 'utf8').split('\n## Use it\n');
  const [, block] = /```ts\n(.*?)```/s.exec(section.split('\n## ')[0]) ?? [];
  if (!block?.includes("from 'cdk-ml-lineage'")) throw new Error('README.md shows no stack under "Use it"');
  return block;
}

/** An app with a bucket name that S3 would refuse. */
export const FAULTY_APP = `
import { App, CfnResource, Stack } from 'aws-cdk-lib';

const stack = new Stack(new App(), 'Faulty', { env: { account: '111122223333', region: 'us-east-1' } });
new CfnResource(stack, 'Bucket', { type: 'AWS::S3::Bucket', properties: { BucketName: 'Not_Valid' } });
`;
