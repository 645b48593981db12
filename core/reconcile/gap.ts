/**
 * What can be missing between the services and the evidence. The list is closed; docs/architecture.md says what each of
 * them means, and what is no gap.
 */
export const GAP_KINDS = [
  'dataset-changed',
  'dataset-missing',
  'deployment-behind',
  'deployment-changed',
  'deployment-without-statement',
  'evidence-broken',
  'job-gone',
  'job-without-statement',
  'model-without-tags',
  'run-deleted',
  'run-gone',
  'run-without-statement',
  'tags-differ',
  'version-without-tags',
] as const;
export type GapKind = (typeof GAP_KINDS)[number];

/**
 * A message that has something looked at again, as EventBridge would have sent it.
 */
export interface Message {
  readonly queue: 'derivation' | 'changes';
  readonly body: string;
}

/**
 * Something that is not as the ordinary way would have left it.
 */
export interface Gap {
  readonly kind: GapKind;
  /** what it is about: an ARN, or where it is in MLflow, the evidence or the DVC remote. */
  readonly subject: string;
  readonly explanation: string;
  /** absent where nothing can mend it but a person. */
  readonly mend?: Message | undefined;
}

/**
 * What was found out about one thing.
 */
export interface Finding {
  /** whether it belongs to the platform. */
  readonly ours: boolean;
  readonly gaps: readonly Gap[];
  /** what is looked at again although nobody can tell from here whether something is missing. */
  readonly again?: readonly Message[];
  /** the MD5 of the datasets that were checked. */
  readonly datasets?: readonly string[];
}

export const OF_OTHERS: Finding = { ours: false, gaps: [] };
export const SOUND: Finding = { ours: true, gaps: [] };

export function gapOf(kind: GapKind, subject: string, explanation: string, mend?: Message): Finding {
  return { ours: true, gaps: [{ kind, subject, explanation, mend }] };
}
