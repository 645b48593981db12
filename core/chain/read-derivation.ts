import { z } from 'zod';
import { CannotSucceed } from '../delivery/failures';
import { parseJson } from '../delivery/parse-json';
import { Derivation } from './derivation';

/**
 * Reads a derivation from a message, and believes nothing that does not fit the schema or is another platform's.
 */
export function readDerivation(body: string, platform: string): Derivation {
  const result = Derivation.safeParse(parseJson(body));
  if (!result.success) {
    throw new CannotSucceed('malformed-message', `no derivation: ${z.prettifyError(result.error)}`);
  }
  if (result.data.platform !== platform) {
    throw new CannotSucceed(
      'foreign-message',
      `the derivation is of the platform ${result.data.platform}, this is ${platform}`,
    );
  }
  return result.data;
}
