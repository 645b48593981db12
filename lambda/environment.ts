/**
 * The value of an environment variable that the construct of the function sets.
 */
export function required(name: string): string {
  const value = process.env[name];
  if (!value) {
    throw new Error(`the environment variable ${name} is not set; the function was not deployed by its construct`);
  }
  return value;
}
