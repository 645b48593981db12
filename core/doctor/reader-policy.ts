import { z } from 'zod';

const texts = z.union([z.string(), z.array(z.string())]);

const Statement = z.strictObject({
  Effect: z.literal('Allow'),
  Action: texts,
  Resource: texts,
  Condition: z.strictObject({ StringLike: z.strictObject({ 's3:prefix': texts }) }).optional(),
});
type Statement = z.infer<typeof Statement>;

/**
 * The policy that a platform says its readers need: what `LineagePlatform.grants.read` gives, with the ARNs of the stack.
 */
export const ReaderPolicy = z.strictObject({
  Version: z.literal('2012-10-17'),
  Statement: z.array(Statement).min(1).max(100),
});
export type ReaderPolicy = z.infer<typeof ReaderPolicy>;

/**
 * One action on one resource, and the statement that allows it.
 */
export interface Right {
  readonly action: string;
  readonly resource: string;
  /** below which S3 may be asked for a list; empty if below any. */
  readonly prefixes: readonly string[];
  readonly statement: Statement;
}

export function rightsOf({ Statement }: ReaderPolicy): Right[] {
  return Statement.flatMap((statement) =>
    [statement.Action].flat().flatMap((action) =>
      [statement.Resource].flat().map((resource) => ({
        action,
        resource,
        prefixes: [statement.Condition?.StringLike['s3:prefix'] ?? []].flat(),
        statement,
      })),
    ),
  );
}
