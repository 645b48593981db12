import { type Check, failed, notChecked, ok } from './check';

// a signature of another time is refused (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html).
// The AWS SDK corrects its own signatures once it was told so; those for MLflow and CodeCommit are not corrected.
const MOST_SECONDS = 300;

interface Stack {
  add(middleware: unknown, options: { step: 'deserialize'; priority: 'low'; name: string }): void;
}

/**
 * Keeps the time that AWS gives with its last answer, be it good or not, beside the time of this machine.
 */
export class AnswerClock {
  private difference: number | undefined;

  constructor(private readonly now: () => number = Date.now) {}

  watch({ middlewareStack }: { middlewareStack: Stack }): void {
    const next = (handler: (args: unknown) => Promise<{ response: unknown }>) => async (args: unknown) => {
      const result = await handler(args);
      this.take(result.response);
      return result;
    };
    // below what turns an answer into an error.
    middlewareStack.add(next, { step: 'deserialize', priority: 'low', name: 'takeTime' });
  }

  check(): Check {
    if (this.difference === undefined) {
      return notChecked('machine', 'clock', 'AWS gave no answer to compare it with');
    }
    const seconds = Math.round(this.difference / 1000);
    const found =
      seconds === 0 ? 'as that of AWS' : `${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} AWS`;
    return Math.abs(seconds) < MOST_SECONDS
      ? ok('machine', 'clock', found)
      : failed(
          'machine',
          'clock',
          `${found}; a signature is refused from ${MOST_SECONDS} s on`,
          'set the clock of this machine by a time server',
        );
  }

  private take(response: unknown): void {
    const date = (response as { headers?: Record<string, string | undefined> } | undefined)?.headers?.date;
    const time = Date.parse(date ?? '');
    if (!Number.isNaN(time)) {
      this.difference = this.now() - time;
    }
  }
}
