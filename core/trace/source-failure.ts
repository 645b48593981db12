import { z } from 'zod';
import { CannotSucceed } from '../delivery/failures';
import { ChainBroken } from '../evidence/chain-ends';
import { HttpError } from '../http/http-error';
import { NotAtRest } from '../sagemaker/not-at-rest';
import type { Link, LinkKind, LinkSource } from './link';
import type { TraceProblem } from './problems';

// what the language throws where a program is wrong, or meets an answer that it was not written for.
const DEFECTS = [TypeError, RangeError, ReferenceError, SyntaxError, URIError, z.ZodError];
const NO_ACCESS = /AccessDenied|NotAuthorized|Unauthorized|Forbidden|Token|Signature|Credential|UnrecognizedClient/;
const THROTTLED = /Throttl|TooManyRequests|SlowDown|RequestLimit/;
const LONGEST_MESSAGE = 500;

type FailureProblem = Extract<
  TraceProblem,
  'unreachable' | 'access-denied' | 'refused' | 'not-at-rest' | 'evidence-broken'
>;

/**
 * A source has not answered what a trace had to know. The trace goes on without it, and says so.
 */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';

  constructor(
    readonly source: LinkSource,
    readonly problem: FailureProblem,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/**
 * A link that could not be looked at.
 */
export function failedLink(kind: LinkKind, value: string, { source, problem, message }: SourceFailure): Link {
  const sources = [source];
  return problem === 'evidence-broken'
    ? { kind, value, outcome: 'differs', problem, check: message, sources }
    : { kind, value, outcome: 'missing', problem, check: `${SAID[problem](source)}: ${message}`, sources };
}

const SAID: Record<Exclude<FailureProblem, 'evidence-broken'>, (source: LinkSource) => string> = {
  unreachable: (source) => `${source} does not answer`,
  'access-denied': (source) => `${source} does not let you in`,
  refused: (source) => `${source} refuses`,
  'not-at-rest': () => 'ask again later',
};

/**
 * Says of each error of a source which source it was, so that the link can say it. What is a fault of ours stays one.
 */
export function attributed<T extends object>(source: LinkSource, members: T): T {
  const wrapped = Object.entries(members).map(([name, member]) => [
    name,
    typeof member === 'function' ? attributedCall(source, (...args: unknown[]) => member.apply(members, args)) : member,
  ]);
  return Object.fromEntries(wrapped) as T;
}

/**
 * What a source answers, or why it does not.
 */
export async function answerOf<T>(question: Promise<T>): Promise<T | SourceFailure> {
  try {
    return await question;
  } catch (error) {
    if (error instanceof SourceFailure) {
      return error;
    }
    throw error;
  }
}

function attributedCall(source: LinkSource, call: (...args: unknown[]) => unknown) {
  return (...args: unknown[]) => {
    const answer = guarded(source, () => call(...args));
    if (isAsyncIterable(answer)) {
      return attributedItems(source, answer);
    }
    return answer instanceof Promise
      ? answer.catch((error: unknown) => {
          throw failureOf(source, error);
        })
      : answer;
  };
}

function guarded<T>(source: LinkSource, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw failureOf(source, error);
  }
}

async function* attributedItems(source: LinkSource, items: AsyncIterable<unknown>): AsyncGenerator<unknown> {
  try {
    yield* items;
  } catch (error) {
    throw failureOf(source, error);
  }
}

function failureOf(source: LinkSource, error: unknown): unknown {
  if (!(error instanceof Error) || error instanceof SourceFailure || DEFECTS.some((kind) => error instanceof kind)) {
    return error;
  }
  const message = error.message.slice(0, LONGEST_MESSAGE);
  return new SourceFailure(source, problemOf(error), message || error.name, { cause: error });
}

function problemOf(error: Error): FailureProblem {
  if (error instanceof NotAtRest) {
    return 'not-at-rest';
  }
  if (error instanceof ChainBroken) {
    return 'evidence-broken';
  }
  if (error instanceof CannotSucceed) {
    // such as the secret with the token of a Git host, which the reader may not read.
    return error.cause instanceof Error && problemOf(error.cause) === 'access-denied' ? 'access-denied' : 'refused';
  }
  const status = error instanceof HttpError ? error.status : statusOfAws(error);
  if (status === 401 || status === 403 || NO_ACCESS.test(error.name)) {
    return 'access-denied';
  }
  return status !== undefined && status >= 400 && status < 500 && status !== 429 && !THROTTLED.test(error.name)
    ? 'refused'
    : 'unreachable';
}

function statusOfAws(error: Error): number | undefined {
  return (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
