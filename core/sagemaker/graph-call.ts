/**
 * What each call of the lineage API is made with.
 */
export interface GraphCall {
  readonly abortSignal?: AbortSignal;
}
