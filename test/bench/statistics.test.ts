import { spreadOf } from '../../bench/statistics';

test.each([
  [[5], { median: 5, lowest: 5, highest: 5 }],
  [[30, 4, 7], { median: 7, lowest: 4, highest: 30 }],
  [[8, 2, 100, 4], { median: 6, lowest: 2, highest: 100 }],
])('of %j it tells the middle and the ends, as numbers and not as texts', (values, expected) => {
  expect(spreadOf(values)).toEqual(expected);
});

test('without a measurement there is nothing to tell', () => {
  expect(() => spreadOf([])).toThrow('nothing was measured');
});
