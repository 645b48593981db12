import * as fc from 'fast-check';
import type { Version } from '../../core/s3/local-s3';
import type { AnsweringEstate, Lie } from './answering-estate';
import { FunctionProcess } from './function-process';
import { type Invocation, invoke } from './invocation';
import { expectNothingWrong } from './oracle';
import type { PlatformFunction } from './platform-functions';

/** How often each outcome came. */
export type Outcomes = Readonly<Record<string, number>>;

/**
 * A bundled function of a platform, on an estate whose services may lie.
 */
export class RunningFunction {
  private readonly process: FunctionProcess;

  constructor(
    name: string,
    private readonly deployed: PlatformFunction,
    private readonly estate: AnsweringEstate,
  ) {
    this.process = new FunctionProcess(name, deployed.memoryMb, estate.environment(deployed));
  }

  /** @param attempt how often it gets the message by now */
  handle(message: string, attempt = 1): Promise<Invocation> {
    return this.handleBatch([message], attempt);
  }

  handleBatch(batch: readonly string[], attempt: number): Promise<Invocation> {
    return invoke(this.process, this.deployed, this.estate, batch, attempt);
  }

  /**
   * Has a message dealt with again and again, each time with another lie, as if it came for the first time or so often that
   * what no waiting mends is given up. fast-check tells the seed of a failure.
   */
  async handleLies(
    message: string,
    objects: ReadonlyMap<string, Version[]>,
    lies: fc.Arbitrary<Lie>,
    { numRuns, check }: { numRuns: number; check?: (invocation: Invocation) => void },
  ): Promise<Outcomes> {
    const outcomes: Record<string, number> = {};
    await fc.assert(
      fc.asyncProperty(lies, fc.constantFrom(1, 6), async (lie, attempt) => {
        this.estate.restore(objects, lie);
        const invocation = await this.handle(message, attempt);
        expectNothingWrong(this.estate.honest, invocation);
        check?.(invocation);
        outcomes[invocation.outcome] = (outcomes[invocation.outcome] ?? 0) + 1;
      }),
      { numRuns },
    );
    return outcomes;
  }

  stop(): void {
    this.process.stop();
  }
}
