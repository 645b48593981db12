/**
 * What is asked for is just being made or changed: what it comes to cannot be told yet.
 */
export class NotAtRest extends Error {
  override readonly name = 'NotAtRest';
}
