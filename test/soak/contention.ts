import { EventSource } from './event-source';
import type { Scene } from './weather';
import { workUntilDone } from './work';

export const AT_ONCE = 16;

/**
 * Has sixteen processes of the run-tagger deal with the same derivation at the same moment.
 *
 * @returns how many were at work at once
 */
export async function contend({ functions, clock }: Scene, event: string): Promise<number> {
  const { deriver, tagger } = functions;
  deriver.queue.send(event);
  await workUntilDone(clock, [deriver]);
  const [derivation] = tagger.queue.receive(1);
  if (!derivation) {
    throw new Error('the lineage-deriver sent no derivation');
  }
  tagger.queue.delete(derivation.receiptHandle);
  const workers = [...tagger.workers];
  while (workers.length < AT_ONCE) {
    workers.push(await functions.addTagger());
  }
  const contenders = new EventSource(tagger.queue, workers, 1);
  for (let number = 0; number < AT_ONCE; number += 1) {
    tagger.queue.send(derivation.body);
  }
  contenders.pump();
  const atOnce = workers.filter(({ busy }) => busy).length;
  await workUntilDone(clock, [contenders]);
  await Promise.all(workers.filter((worker) => !tagger.workers.includes(worker)).map((worker) => worker.stop()));
  return atOnce;
}
