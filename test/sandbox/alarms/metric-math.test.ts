import fc from 'fast-check';
import { readExpression } from '../../../sandbox/alarms/metric-math';

test.each([
  ['a + b', { a: 1, b: 2 }, 3],
  ['a + b > 2', { a: 1, b: 2 }, 1],
  ['a > 0 AND b == 0', { a: 1, b: 0 }, 1],
  ['a > 0 AND b == 0', { a: 0, b: 0 }, 0],
  ['a > 1 OR b > 1 AND c > 1', { a: 2, b: 0, c: 0 }, 1],
  ['(a > 1 OR b > 1) AND c > 1', { a: 2, b: 0, c: 0 }, 0],
  ['IF(a < 2, 5, b)', { a: 1, b: 7 }, 5],
  ['IF(a < 2, 5, b)', { a: 2, b: 7 }, 7],
  ['FILL(a, 4) + b', { b: 1 }, 5],
])('%s with %j is %s', (expression, values, expected) => {
  expect(readExpression(expression)(values)).toBe(expected);
});

test.each(['a + b', 'a == 0', 'a > 0 OR b > 0', 'IF(a > 0, 1, 0)'])(
  'without a data point %s has none either',
  (expression) => {
    expect(readExpression(expression)({ b: 1 })).toBeUndefined();
  },
);

test.each(['', 'a +', 'a - b', 'RATE(a)', 'FILL(a)', 'IF(a, 1)', '(a', 'a b', 'a > 0 AND', 'METRICS()'])(
  '%j is refused, and not guessed',
  (expression) => {
    expect(() => readExpression(expression)).toThrow(/the local CloudWatch/);
  },
);

test('sums and comparisons are those of numbers', () => {
  const number = fc.nat(1000);
  fc.assert(
    fc.property(number, number, number, (a, b, c) => {
      expect(readExpression('a + b > c')({ a, b, c })).toBe(Number(a + b > c));
      expect(readExpression('a > b OR b == c AND a < c')({ a, b, c })).toBe(Number(a > b || (b === c && a < c)));
    }),
  );
});
