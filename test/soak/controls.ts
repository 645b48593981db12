import { type Observed, observe } from './observed';
import { REVISIONS } from './plan';
import type { Planting } from './planting';
import { tampered, verdictsOn } from './verdicts';
import type { Scene } from './weather';
import { workUntilDone } from './work';

/**
 * A consumer that throws a message away has to be found out.
 *
 * @returns what was not found out
 */
export async function controlLoss(scene: Scene, planting: Planting, name: string): Promise<string[]> {
  const { functions, estate, clock } = scene;
  const { deriver, tagger } = functions;
  const job = await planting.plantOneMore(name, REVISIONS.kept[0] ?? '');
  const send = async () => {
    deriver.queue.send(planting.eventOf(job));
    await workUntilDone(clock, [deriver, tagger]);
  };
  tagger.losing = ({ body }) => body.includes(job.name);
  await send();
  tagger.losing = () => false;
  const isFound = verdictsOn([job], await observe(estate), scene, planting).some(({ kind }) => kind === 'lost');
  // so that it is as it has to be when all are judged.
  await send();
  return isFound ? [] : ['the control is broken: a message was thrown away, and no job is said to be lost'];
}

/**
 * A run that says another commit than it has to must be found out.
 *
 * @returns what was not found out
 */
export function controlWrong(scene: Scene, planting: Planting, found: Observed): string[] {
  const job = planting.jobs.find(({ kind }) => kind === 'claims-agree');
  const [runId] = job ? planting.runsOf(job) : [];
  if (!job || runId === undefined) {
    throw new Error('there is no job to try the judge on');
  }
  const verdicts = verdictsOn([job], tampered(found, runId), scene, planting);
  return verdicts.some(({ kind }) => kind === 'wrong')
    ? []
    : ['the control is broken: a run says another commit, and nothing is said to be wrong'];
}
