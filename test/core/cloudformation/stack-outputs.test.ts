import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { readStackOutputs } from '../../../core/cloudformation/stack-outputs';
import contract from '../../../lib/private/contract.json';

const names = contract.stackOutputs;
const outputs: Record<string, string> = {
  [names.dvcRemoteUrl]: 's3://remote/dvc',
  [names.mlflowAppArn]: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE',
  [names.dataRepositories]: '[{"url":"https://git.example.com/team/data.git"}]',
  [names.platformName]: 'demo',
  [names.evidenceBucketName]: 'evidence',
  [names.jobToolkit]:
    '{"toolkitUri":"s3://a/b.zip","handoverUri":"s3://c/lineage","entrypoints":{"processing-job":["sh"],"training-job":["sh"]}}',
};

function cloudFormation(answer: () => object): CloudFormationClient {
  return { config: { region: async () => 'eu-west-1' }, send: async () => answer() } as never;
}

const stackWith = (given: Record<string, string>) =>
  cloudFormation(() => ({
    Stacks: [{ Outputs: Object.entries(given).map(([OutputKey, OutputValue]) => ({ OutputKey, OutputValue })) }],
  }));

test('a stack says where its platform is', async () => {
  await expect(readStackOutputs(stackWith(outputs), 'demo')).resolves.toEqual({
    dvcRemoteUrl: 's3://remote/dvc',
    mlflowAppArn: 'arn:aws:sagemaker:us-east-1:111122223333:mlflow-app/app-EXAMPLE',
    dataRepositories: [{ url: 'https://git.example.com/team/data.git' }],
    platformName: 'demo',
    evidenceBucketName: 'evidence',
    jobToolkit: {
      toolkitUri: 's3://a/b.zip',
      handoverUri: 's3://c/lineage',
      entrypoints: { 'processing-job': ['sh'], 'training-job': ['sh'] },
    },
  });
});

test.each(Object.keys(outputs))('a stack without a usable %s is told to be deployed with its outputs', async (name) => {
  for (const given of [
    { ...outputs, [name]: 'No such thing' },
    { ...outputs, [name]: '' },
  ]) {
    const reading = readStackOutputs(stackWith(given), 'demo');
    await expect(reading).rejects.toThrow(new RegExp(`stack demo .* addOutputs\\(\\)[\\s\\S]*${name}`));
  }
});

test('a stack that is not there is named with its region, and how to find the others', async () => {
  const missing = cloudFormation(() => {
    throw Object.assign(new Error('Stack with id demo does not exist'), { name: 'ValidationError' });
  });
  await expect(readStackOutputs(missing, 'demo')).rejects.toThrow(
    /no stack demo in the region eu-west-1 .* list-stacks/,
  );
});

test('what else CloudFormation refuses is told as it is', async () => {
  const refused = cloudFormation(() => {
    throw Object.assign(new Error('not authorized'), { name: 'AccessDenied' });
  });
  await expect(readStackOutputs(refused, 'demo')).rejects.toThrow('not authorized');
});
