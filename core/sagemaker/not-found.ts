/**
 * Whether SageMaker refused because there is nothing of that name.
 *
 * The documented ResourceNotFound is not what SageMaker answers for jobs: it is a ValidationException with one of these
 * texts, the second of them for processing jobs and endpoints.
 */
export function isNotFound(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error.name === 'ResourceNotFound' ||
      (error.name === 'ValidationException' && /not found|could not find|does not exist/i.test(error.message)))
  );
}
