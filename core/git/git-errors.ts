/**
 * The Git host has answered, and asking again will not change its answer.
 */
export class GitRefused extends Error {
  override readonly name = 'GitRefused';
}

/**
 * The Git host sends more than a data repository may weigh.
 */
export class GitResponseTooLarge extends Error {
  override readonly name = 'GitResponseTooLarge';
}
