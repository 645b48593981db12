import type { Status } from '../../../core/chain/derivation';
import type { TraceProblem } from '../../../core/trace/problems';
import type { TraceSubject } from '../../../core/trace/subject';
import { type Estate, estate } from './estate';
import { follow } from './estate-changes';

/** What is broken how, and what has to be said of it. */
export type Case = [
  what: string,
  subject: TraceSubject,
  change: (estate: Estate) => unknown,
  problem: TraceProblem,
  status: Status,
];

export async function expectNoPass(...[, subject, change, problem, status]: Case): Promise<void> {
  const given = await estate();
  await change(given);
  const found = await follow(given, subject);
  expect(found.problems).toContain(problem);
  expect(found.status).toBe(status);
}
