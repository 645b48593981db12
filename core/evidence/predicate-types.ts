// a tag: URI (RFC 4151) names without an address: we own no domain, and a repository's address can change hands.
const NAMESPACE = 'tag:cdk-ml-lineage,2026:evidence';

/**
 * What a statement is about. A change that an old reader would misread gets a new version.
 */
export const PREDICATE_TYPES = {
  dataset: `${NAMESPACE}/dataset/v1`,
  training: `${NAMESPACE}/training/v1`,
  deployment: `${NAMESPACE}/deployment/v1`,
  dataRevision: `${NAMESPACE}/data-revision/v1`,
  checkpoint: `${NAMESPACE}/checkpoint/v1`,
} as const;
