import { HttpError } from '../http/http-error';
import { awsFailure, deniedAction } from './aws-failure';

/**
 * What came of trying an action. `unclear`: the service did not get as far as its rights, or nothing is there to try it on.
 */
export type Attempt =
  | { readonly kind: 'allowed'; readonly how: string; readonly keyArn?: string | undefined }
  | { readonly kind: 'denied'; readonly action: string | undefined; readonly message: string }
  | { readonly kind: 'unclear'; readonly failed: boolean; readonly why: string };

/**
 * Tries an action by a call that changes nothing.
 *
 * @param isAllowedBy names of errors by which a service tells whoever may ask that there is no such thing
 */
export async function attempt(call: () => Promise<unknown>, isAllowedBy: readonly string[] = []): Promise<Attempt> {
  try {
    await call();
    return { kind: 'allowed', how: 'tried' };
  } catch (error) {
    if (error instanceof Error && isAllowedBy.includes(error.name)) {
      return { kind: 'allowed', how: 'tried on what is not there' };
    }
    return attemptOf(error);
  }
}

/**
 * What an error says of the right to ask.
 */
export function attemptOf(error: unknown): Attempt {
  if (error instanceof HttpError && error.status === 403) {
    return { kind: 'denied', action: undefined, message: error.message };
  }
  const failure = awsFailure(error);
  if (failure?.kind === 'denied') {
    return { kind: 'denied', action: deniedAction(error as Error), message: failure.what };
  }
  return {
    kind: 'unclear',
    failed: true,
    why: failure?.what ?? (error instanceof Error ? error.message : String(error)),
  };
}

export function nothingToTry(why: string): Attempt {
  return { kind: 'unclear', failed: false, why };
}
