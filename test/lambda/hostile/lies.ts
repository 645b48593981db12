import * as fc from 'fast-check';
import type { Lie } from './answering-estate';
import type { Answers } from './honest-estate';
import { hostileVariants } from './hostile-json';
import { ServiceShapes } from './service-shapes';

const shapes = new ServiceShapes();

/** Answers that begin as one of some honest ones, and are not. */
export function liesOf(answers: Answers, ...operations: string[]): fc.Arbitrary<Lie> {
  return fc
    .constantFrom(...operations)
    .chain((operation) => hostileVariants(honestOf(answers, operation)).map((body) => ({ operation, body })));
}

/** The same of SageMaker, also in fields of its model that nothing here reads. */
export function liesOfSagemaker(answers: Answers, ...operations: string[]): fc.Arbitrary<Lie> {
  return fc.constantFrom(...operations).chain((operation) => {
    const honest = honestOf(answers, operation);
    const fuller = shapes.answersTo(operation).map((generated) => ({ ...generated, ...honest }));
    return fc.oneof(hostileVariants(honest), fuller.chain(hostileVariants)).map((body) => ({ operation, body }));
  });
}

function honestOf(answers: Answers, operation: string): object {
  const honest = answers[operation];
  if (!honest) {
    throw new Error(`nothing is answered to ${operation}`);
  }
  return honest;
}
