import { Logger } from '@aws-lambda-powertools/logger';
import type { Context } from 'aws-lambda';
import type { z } from 'zod';
import { type LoggedError, loggedError } from './logged-error';

/**
 * Makes a function of a step of a pipeline: it is told flat values and answers with flat values, which later steps read.
 * What it throws is why the step failed, as the pipeline shows it.
 *
 * @see https://docs.aws.amazon.com/sagemaker/latest/dg/build-and-manage-steps-types.html
 */
export function stepHandler<Input>(
  serviceName: string,
  schema: z.ZodType<Input>,
  run: (input: Input, logger: Logger) => Promise<Record<string, string>>,
) {
  const logger = new Logger({ serviceName });
  return async (event: unknown, context: Context): Promise<Record<string, string>> => {
    logger.addContext(context);
    try {
      return await run(read(schema, event), logger);
    } catch (error) {
      const told = loggedError(error);
      logger.error('step failed', { error: told });
      throw new StepFailed(told);
    }
  };
}

function read<Input>(schema: z.ZodType<Input>, event: unknown): Input {
  const { success, data, error } = schema.safeParse(event);
  if (!success) {
    const problems = error.issues.map(({ path, message }) => `${path.join('.') || 'the event'}: ${message}`);
    throw new Error(`the step is not given what the function takes: ${problems.join('; ')}`);
  }
  return data;
}

/**
 * An error without what libraries hang on theirs: Lambda writes all of an error into the log.
 */
class StepFailed extends Error {
  constructor({ name, message }: LoggedError) {
    super(message);
    this.name = name;
    this.stack = `${name}: ${message}`;
  }
}
