import { z } from 'zod';
import { CannotSucceed } from '../core/delivery/failures';
import { parseJson } from '../core/delivery/parse-json';

// nothing was scheduled before there was a schedule: CloudWatch Events, as EventBridge was called, is of January 2016
// (https://aws.amazon.com/blogs/aws/new-cloudwatch-events-track-and-respond-to-changes-to-your-aws-resources/). What is
// counted back from a time is then still a date of four digits, which is all that evidence takes.
const FIRST_SCHEDULE = new Date('2016-01-01T00:00:00.000Z');

const ScheduledEvent = z.object({
  source: z.literal('aws.events'),
  'detail-type': z.literal('Scheduled Event'),
  time: z.iso.datetime(),
});

/**
 * For when EventBridge had scheduled an event, however late it comes.
 *
 * @see https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-run-lambda-schedule.html
 */
export function readScheduledTime(body: string, now: Date): Date {
  const event = ScheduledEvent.safeParse(parseJson(body));
  if (!event.success) {
    throw new CannotSucceed('malformed-message', `no scheduled event: ${z.prettifyError(event.error)}`);
  }
  const time = new Date(event.data.time);
  if (time > now) {
    throw new CannotSucceed(
      'malformed-message',
      `the event says that it was scheduled for ${event.data.time}, which is not yet; no day is counted before it is over`,
    );
  }
  if (time < FIRST_SCHEDULE) {
    throw new CannotSucceed(
      'malformed-message',
      `the event says that it was scheduled for ${event.data.time}, before there were schedules`,
    );
  }
  return time;
}
