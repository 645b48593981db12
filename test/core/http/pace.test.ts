import { pace } from '../../../core/http/pace';

test('as many turns are given in a second as were asked for, however many wait for one', async () => {
  const begun = Date.now();
  const takeTurn = pace(50);
  await Promise.all(Array.from({ length: 11 }, takeTurn));
  // eleven turns are ten pauses of 20 ms; timers may be a little early.
  expect(Date.now() - begun).toBeGreaterThanOrEqual(190);
});

test('whoever comes later than the next turn does not wait, and saves up none', async () => {
  const takeTurn = pace(20);
  await takeTurn();
  await new Promise((resolve) => setTimeout(resolve, 200));
  const begun = Date.now();
  await takeTurn();
  await takeTurn();
  expect(Date.now() - begun).toBeGreaterThanOrEqual(45);
});
