import { z } from 'zod';

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

/**
 * The texts that the construct of the function lists in an environment variable.
 */
export function requiredTexts(name: string): string[] {
  return z.array(z.string()).parse(JSON.parse(required(name)));
}
