import { DescribeTransformJobCommand, type SageMakerClient } from '@aws-sdk/client-sagemaker';
import type { DescribedDeployment } from '../chain/deployment';
import { describeModels } from './deployed-models';
import { assertSameArn, requiredDescription } from './required-description';

/**
 * Describes the model behind a batch transform job.
 */
export async function describeTransformJob(
  sagemaker: SageMakerClient,
  { arn, name }: { arn: string; name: string },
): Promise<DescribedDeployment> {
  const job = await requiredDescription(
    arn,
    sagemaker.send(new DescribeTransformJobCommand({ TransformJobName: name })),
  );
  assertSameArn(job.TransformJobArn, arn);
  const { ModelName, CreationTime } = job;
  if (!ModelName || !CreationTime) {
    throw new Error(`SageMaker describes the transform job ${name} without its model or creation time`);
  }
  return {
    about: { kind: 'transform-job', arn, name, createdAt: CreationTime.toISOString() },
    taggedArn: arn,
    endpointConfig: null,
    variants: [],
    componentVariants: [],
    ...(await describeModels(sagemaker, [ModelName], CreationTime)),
  };
}
