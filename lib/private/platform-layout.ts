/**
 * Where the models of a platform's jobs are, in its artifact bucket.
 */
export const MODEL_PREFIX = 'models';
