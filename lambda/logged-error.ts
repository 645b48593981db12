const LONGEST_MESSAGE = 1024;
const CAUSES = 5;

/**
 * What the log tells of an error.
 */
export interface LoggedError {
  readonly name: string;
  readonly message: string;
  /** where it was thrown. */
  readonly frames: readonly string[];
  readonly cause?: LoggedError;
}

/**
 * Leaves out what libraries hang on their errors beside the message, such as the request and the whole answer to it.
 */
export function loggedError(error: unknown, causes = CAUSES): LoggedError {
  if (!(error instanceof Error)) {
    return { name: typeof error, message: 'something that is no error was thrown', frames: [] };
  }
  const { name, message, stack = '', cause } = error;
  return {
    name,
    message: message.slice(0, LONGEST_MESSAGE),
    // a stack begins with the message.
    frames: stack.split('\n').filter((line) => /^ {4}at /.test(line)),
    ...(cause === undefined || causes === 0 ? {} : { cause: loggedError(cause, causes - 1) }),
  };
}
