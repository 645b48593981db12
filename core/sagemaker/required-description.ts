import { CannotSucceed } from '../delivery/failures';
import { isNotFound } from './not-found';

/**
 * Asks for what an event is about.
 *
 * @throws CannotSucceed where there is no such thing any more
 */
export async function requiredDescription<T>(arn: string, description: Promise<T>): Promise<T> {
  try {
    return await description;
  } catch (error) {
    if (isNotFound(error)) {
      throw new CannotSucceed('deployment-not-found', `there is no ${arn}; it was deleted before it was read`, {
        cause: error,
      });
    }
    throw error;
  }
}

/**
 * @throws CannotSucceed where SageMaker describes something else than the event is about
 */
export function assertSameArn(described: string | undefined, arn: string): void {
  if (described !== arn) {
    throw new CannotSucceed(
      'foreign-message',
      `${arn} is not the ARN of what has its name here, which is ${described}`,
    );
  }
}
