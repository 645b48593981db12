import { z } from 'zod';
import { pattern } from '../contract';
import { sha256OfValue } from './digest';
import { Instant } from './fields';

/**
 * The kinds of things in SageMaker that have a chain of statements each.
 */
export const KINDS = ['processing-job', 'training-job', 'transform-job', 'endpoint', 'model-package'] as const;
export type Kind = (typeof KINDS)[number];

/**
 * One incarnation of a job, an endpoint or a package: its ARN and its creation time, because the name of a thing that
 * was deleted can be used again.
 */
export const Incarnation = z
  .strictObject({
    kind: z.enum(KINDS),
    arn: z.string().regex(pattern('evidenceArn')),
    /** the name as its user wrote it; a version of a package group is `<group>.<version>`. */
    name: z.string().regex(pattern('evidenceName')),
    createdAt: Instant,
  })
  .refine(({ kind, arn, name }) => resourceOf(arn) === `${kind}/${name.replace('.', '/')}`.toLowerCase(), {
    error: 'the ARN is of another kind or name',
  });
export type Incarnation = z.infer<typeof Incarnation>;

/**
 * The digest by which statements name an incarnation as their subject.
 */
export function incarnationDigest({ arn, name, createdAt }: Incarnation): string {
  return sha256OfValue({ arn, createdAt, name });
}

// SageMaker writes the name in an ARN in lower case.
function resourceOf(arn: string): string {
  return arn.split(':').slice(5).join(':').toLowerCase();
}
