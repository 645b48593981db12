import { z } from 'zod';
import type { Queue } from './queue';

const About = z.union([
  z.object({ job: z.object({ name: z.string() }) }).transform(({ job }) => job.name),
  z.object({ job: z.string() }).transform(({ job }) => job),
  z
    .object({ detail: z.object({ TrainingJobName: z.string().optional(), ProcessingJobName: z.string().optional() }) })
    .transform(({ detail }) => detail.TrainingJobName ?? detail.ProcessingJobName ?? ''),
]);

/**
 * The reasons for which messages are parked, by the names of the jobs that they are about.
 */
export function parkedReasons(queues: readonly Queue[]): Map<string, string[]> {
  const reasons = new Map<string, string[]>();
  for (const { body, attributes } of queues.flatMap(({ messages }) => messages)) {
    const job = About.parse(JSON.parse(body));
    reasons.set(job, [...(reasons.get(job) ?? []), attributes.reason ?? 'received too often']);
  }
  return reasons;
}
