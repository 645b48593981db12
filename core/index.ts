/**
 * Says which data a model was given, and what the evidence of it is worth: what the command line `ml-lineage` does, for
 * other programs. Nothing is ever written.
 *
 * @packageDocumentation
 */
export { type Platform, readPlatform } from './api/platform';
export { type TraceOptions, trace } from './api/trace';
export { type EvidenceOptions, verifyEvidence, verifyExportedEvidence } from './api/verify-evidence';
export type { EvidenceChain, EvidenceProblem, EvidenceReport, EvidenceStatement } from './evidence/evidence-report';
export { LineageError, type LineageErrorCode } from './lineage-error';
export type { AwsAccess, AwsCredentials, AwsCredentialsProvider } from './platform/aws-access';
export type { TraceChain, TraceDataset, TraceLink, TraceReport } from './trace/trace-report';
