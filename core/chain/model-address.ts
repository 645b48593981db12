import { pattern } from '../contract';

/**
 * The training job whose model an address is by SageMaker's way of naming: `<output path>/<job>/output/model.tar.gz`.
 *
 * It is only where to look: what the job made, its statement says.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_OutputDataConfig.html
 */
export function jobOfModelUri(uri: string): string | undefined {
  const [, name] = /^s3:\/\/[^/]+\/(?:.+\/)?([^/]+)\/output\/model\.tar\.gz$/.exec(uri) ?? [];
  return name !== undefined && pattern('jobName').test(name) ? name : undefined;
}
