import type { JobNetwork } from '../job-network';

/**
 * The part of CreateProcessingJob that puts a job into a network; none where there is no network.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_NetworkConfig.html
 */
export function processingNetwork(network: JobNetwork | undefined) {
  return (
    network && {
      NetworkConfig: {
        EnableInterContainerTrafficEncryption: network.encryptInterContainerTraffic,
        VpcConfig: vpcConfig(network),
      },
    }
  );
}

/**
 * The parts of CreateTrainingJob that put a job into a network; none where there is no network.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/APIReference/API_CreateTrainingJob.html
 */
export function trainingNetwork(network: JobNetwork | undefined) {
  return (
    network && {
      EnableInterContainerTrafficEncryption: network.encryptInterContainerTraffic,
      VpcConfig: vpcConfig(network),
    }
  );
}

function vpcConfig({ subnets, securityGroups }: JobNetwork) {
  return {
    Subnets: subnets.map(({ subnetId }) => subnetId),
    SecurityGroupIds: securityGroups.map(({ securityGroupId }) => securityGroupId),
  };
}
