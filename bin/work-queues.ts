import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { readOutputs } from '../core/cloudformation/stack-outputs';
import { contract } from '../core/contract';
import type { QueuePair } from '../core/delivery/redrive';
import { WORK_QUEUES, type WorkQueueName } from '../core/delivery/redrive-report';

const names = contract.stackOutputs;

const OUTPUTS: Readonly<Record<WorkQueueName, QueuePair>> = {
  derivation: { work: names.derivationQueueUrl, parking: names.derivationParkingUrl },
  tagging: { work: names.taggingQueueUrl, parking: names.taggingParkingUrl },
  changes: { work: names.changesQueueUrl, parking: names.changesParkingUrl },
  checkpoint: { work: names.checkpointQueueUrl, parking: names.checkpointParkingUrl },
  walk: { work: names.walkQueueUrl, parking: names.walkParkingUrl },
};

export interface NamedQueues extends QueuePair {
  readonly queue: WorkQueueName;
}

/**
 * Where the messages of a platform are worked on, and where they are parked.
 *
 * @param only one of them; all if absent
 */
export async function readWorkQueues(
  client: CloudFormationClient,
  stackName: string,
  only?: WorkQueueName,
): Promise<NamedQueues[]> {
  const outputs = await readOutputs(client, stackName);
  return WORK_QUEUES.filter((queue) => (only ?? queue) === queue).map((queue) => {
    const work = outputs[OUTPUTS[queue].work];
    const parking = outputs[OUTPUTS[queue].parking];
    if (!work || !parking) {
      throw new Error(
        `the stack ${stackName} does not say where its queue ${queue} is: it has no output ${work ? OUTPUTS[queue].parking : OUTPUTS[queue].work}; call addOutputs() of its LineagePlatform and deploy it again`,
      );
    }
    return { queue, work, parking };
  });
}
