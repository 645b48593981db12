import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import { z } from 'zod';
import { AnswerTooLarge } from '../http/answer-too-large';
import { HttpError, isRefusalStatus } from '../http/http-error';
import type { ParkingReason } from './failures';

// what the language throws where a program is wrong, or meets an answer that it was not written for,
// such as one without an end.
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError, URIError, z.ZodError, AnswerTooLarge];

// services with a JSON protocol answer all of these with 400: rights and credentials, which take up to 15 minutes to
// change and which people mend meanwhile; keys that are disabled; what is in use or at its limit at the moment.
const MAY_PASS =
  /AccessDenied|NotAuthorized|Unauthorized|Forbidden|Token|Signature|Credential|UnrecognizedClient|KMS|Disabled|InvalidState|InUse|Limit|Quota|Conflict/;

interface AwsError extends Error {
  readonly $metadata?: { readonly httpStatusCode?: number };
}

/**
 * Why an error is none that passes by itself: the service refuses the request as wrong, or nobody has foreseen the error.
 *
 * In doubt it passes: to try for hours what is hopeless costs little, to give up what only has to wait needs a person.
 */
export function lastingReason(
  error: unknown,
): Extract<ParkingReason, 'request-refused' | 'unexpected-error'> | undefined {
  if (error instanceof HttpError) {
    return error.isRefusal ? 'request-refused' : undefined;
  }
  if (isAwsError(error)) {
    return isAwsRefusal(error) ? 'request-refused' : undefined;
  }
  return DEFECTS.some((kind) => error instanceof kind) ? 'unexpected-error' : undefined;
}

// also an answer that the SDK could not read, such as the page of a proxy: it throws the parser's error with this field.
function isAwsError(error: unknown): error is AwsError {
  return error instanceof Error && ('$metadata' in error || '$response' in error);
}

function isAwsRefusal(error: AwsError): boolean {
  const status = error.$metadata?.httpStatusCode ?? 0;
  const passes = isThrottlingError(error as never) || isTransientError(error as never) || MAY_PASS.test(error.name);
  return isRefusalStatus(status) && !passes;
}
