import { Token, ValidationError } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/**
 * One thing that can be wrong with the props of a construct.
 */
export interface Rule<Props> {
  readonly broken: (props: Props) => boolean;
  readonly message: (props: Props) => string;
}

/**
 * Throws one error that lists every broken rule, so that a user mends all of them in one go.
 */
export function enforce<Props>(scope: IConstruct, code: string, props: Props, rules: readonly Rule<Props>[]): void {
  const messages = rules.filter((rule) => rule.broken(props)).map((rule) => rule.message(props));
  if (messages.length > 0) {
    throw invalid(scope, code, messages.join('\n'));
  }
}

/**
 * The error for a misuse that only the constructor as a whole can see.
 */
export function invalid(scope: IConstruct, code: string, message: string): Error {
  // the CDK brands literal strings at compile time only; the value is a plain string.
  return new ValidationError(code as ConstructorParameters<typeof ValidationError>[0], message, scope);
}

/**
 * Whether a value is there and is no token, so that a rule may look at it.
 */
export function isKnown<T>(value: T | undefined): value is T {
  return value !== undefined && !Token.isUnresolved(value);
}
