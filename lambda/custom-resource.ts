import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import { z } from 'zod';
import { loggedError } from './logged-error';

// an answer of CloudFormation's has at most 4096 bytes.
const LONGEST_REASON = 1000;
const ANSWER_TIMEOUT_MS = 4_000;
const ANSWER_PAUSES_MS = [500, 1_000];
// kept for the answer, which takes 13.5 s at most.
const ANSWER_RESERVE_MS = 20_000;

const Properties = z.record(z.string(), z.unknown());
const Event = z.object({
  RequestType: z.enum(['Create', 'Update', 'Delete']),
  ResponseURL: z.url({ protocol: /^https$/ }),
  StackId: z.string(),
  RequestId: z.string(),
  LogicalResourceId: z.string(),
  PhysicalResourceId: z.string().optional(),
  ResourceProperties: Properties,
  OldResourceProperties: Properties.default({}),
});
type Event = z.infer<typeof Event>;

/**
 * What CloudFormation wants of a resource.
 */
export type ResourceRequest =
  | { readonly type: 'Create'; readonly properties: Record<string, unknown> }
  | {
      readonly type: 'Update';
      readonly physicalId: string;
      readonly properties: Record<string, unknown>;
      /** those of the last request that ended well, or that is being taken back. */
      readonly before: Record<string, unknown>;
    };

/**
 * Does what a request asks for.
 *
 * @param signal when there is just time left to answer
 * @returns the id of the resource; CloudFormation deletes a resource whose id changed
 */
export type Apply = (request: ResourceRequest, signal: AbortSignal) => string | Promise<string>;

/**
 * Makes the function of a custom resource that owns nothing: what is to be deleted is left as it is.
 *
 * Each request is answered, whatever happens: CloudFormation waits for an answer before it goes on or rolls back. Where
 * no answer gets through, the function fails, and Lambda calls it again.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
 */
export function customResource(serviceName: string, apply: Apply) {
  const logger = new Logger({ serviceName });
  return async (received: unknown, context: Context): Promise<void> => {
    logger.addContext(context);
    const event = Event.parse(received);
    const given = event.PhysicalResourceId ?? event.RequestId;
    try {
      const physicalId = await inTime(event, apply, context.getRemainingTimeInMillis() - ANSWER_RESERVE_MS);
      await answer(event, { Status: 'SUCCESS', PhysicalResourceId: physicalId ?? given });
      logger.info('answered', { request: event.RequestType, physicalId: physicalId ?? given });
    } catch (error) {
      if (error instanceof NoAnswer) {
        throw error;
      }
      logger.error('refused', { request: event.RequestType, error: loggedError(error) });
      const message = error instanceof Error ? error.message : 'something that is no error was thrown';
      const Reason = `${message.slice(0, LONGEST_REASON)} (see the log of ${context.functionName})`;
      await answer(event, { Status: 'FAILED', PhysicalResourceId: given, Reason });
    }
  };
}

async function inTime(event: Event, apply: Apply, milliseconds: number): Promise<string | undefined> {
  if (event.RequestType === 'Delete') {
    return undefined;
  }
  const { ResourceProperties: properties, OldResourceProperties: before, PhysicalResourceId: physicalId } = event;
  if (event.RequestType === 'Update' && physicalId === undefined) {
    throw new Error('CloudFormation updates a resource without saying which');
  }
  const request: ResourceRequest =
    physicalId === undefined ? { type: 'Create', properties } : { type: 'Update', physicalId, properties, before };
  const over = new AbortController();
  const signal = over.signal;
  const late = sleep(milliseconds, undefined, { signal, ref: false }).then(() => {
    throw new Error(`it has not ended within ${Math.round(milliseconds / 1000)} s`);
  });
  try {
    return await Promise.race([apply(request, signal), late]);
  } finally {
    over.abort();
    late.catch(() => {});
  }
}

/** CloudFormation could not be told. */
class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
}

interface Outcome {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly PhysicalResourceId: string;
  readonly Reason?: string;
}

async function answer(event: Event, outcome: Outcome): Promise<void> {
  const { StackId, RequestId, LogicalResourceId, ResponseURL } = event;
  // bytes and no text: the address is signed for a request without a content type.
  const body = new TextEncoder().encode(JSON.stringify({ ...outcome, StackId, RequestId, LogicalResourceId }));
  let last: unknown;
  for (const pause of [...ANSWER_PAUSES_MS, undefined]) {
    try {
      const response = await fetch(ResponseURL, {
        method: 'PUT',
        body,
        redirect: 'error',
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      if (response.ok) {
        return;
      }
      // not the address: who has it can answer.
      last = new Error(`HTTP ${response.status}`);
    } catch (error) {
      last = error;
    }
    if (pause !== undefined) {
      await sleep(pause);
    }
  }
  throw new NoAnswer('CloudFormation does not take the answer', { cause: last });
}
