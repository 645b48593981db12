import { z } from 'zod';
import { CHECK_GROUPS, CHECK_OUTCOMES, type Check } from './check';

export const DOCTOR_FORMAT = 'tag:cdk-ml-lineage,2026:doctor-report/v1';

/**
 * What keeps questions from being answered, for machines. A member that is new gets a new version of the format.
 */
export const DoctorReport = z.strictObject({
  format: z.literal(DOCTOR_FORMAT),
  stack: z.string(),
  checks: z.array(
    z.strictObject({
      group: z.enum(CHECK_GROUPS),
      name: z.string(),
      outcome: z.enum(CHECK_OUTCOMES),
      /** what was found, or why it was not looked for. */
      found: z.string(),
      /** what to do about it; null where there is nothing to do. */
      remedy: z.string().nullable(),
    }),
  ),
  /** whether no check has failed: the exit code of the command says the same. */
  inOrder: z.boolean(),
});
export type DoctorReport = z.infer<typeof DoctorReport>;

export function doctorReport(stack: string, checks: readonly Check[]): DoctorReport {
  return {
    format: DOCTOR_FORMAT,
    stack,
    checks: checks.map(({ remedy = null, ...check }) => ({ ...check, remedy })),
    inOrder: isInOrder(checks),
  };
}

export function isInOrder(checks: readonly Check[]): boolean {
  return checks.every(({ outcome }) => outcome !== 'failed');
}
