/**
 * A file of a DVC project that says something we cannot take for an address of data.
 */
export class MetafileError extends Error {
  override readonly name = 'MetafileError';

  constructor(
    readonly kind: 'malformed' | 'unsupported',
    message: string,
  ) {
    super(message);
  }
}
