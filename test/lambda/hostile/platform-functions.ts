import { concrete, type Resource, type Resources } from '../../lib/concrete-template';
import { CONSTRUCTS, templateOf } from '../../lib/definition';

/**
 * How a platform deploys a function that works on a queue.
 */
export interface PlatformFunction {
  readonly memoryMb: number;
  readonly timeoutSeconds: number;
  /** how many messages it is given at a time, at most. */
  readonly batchSize: number;
  readonly variables: Readonly<Record<string, string>>;
}

/**
 * The functions of a platform as its template has them.
 */
export class PlatformFunctions {
  private readonly resources: Resources = templateOf(CONSTRUCTS.LineagePlatform as never).toJSON().Resources;

  /** The one function whose description matches. */
  find(description: RegExp): PlatformFunction {
    const [[id, found] = [], ...more] = this.ofType('AWS::Lambda::Function').filter(([, { Properties }]) =>
      description.test(Properties.Description),
    );
    const [mapping] = this.ofType('AWS::Lambda::EventSourceMapping').filter(
      ([, { Properties }]) => Properties.FunctionName.Ref === id,
    );
    if (!found || !mapping || more.length > 0) {
      throw new Error(`${description} has to match one function with a queue`);
    }
    return {
      memoryMb: found.Properties.MemorySize,
      timeoutSeconds: found.Properties.Timeout,
      batchSize: mapping[1].Properties.BatchSize,
      variables: concrete(this.resources, found.Properties.Environment.Variables),
    };
  }

  private ofType(type: string): [string, Resource][] {
    return Object.entries(this.resources).filter(([, { Type }]) => Type === type);
  }
}
