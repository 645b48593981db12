import { AnswerClock } from '../../../core/doctor/clock';

const NOW = Date.parse('2026-11-24T12:00:00Z');

/** A client whose service answers at a time, by a good answer or one that is turned into an error above. */
async function ask(clock: AnswerClock, date: string | undefined): Promise<void> {
  let middleware: ((next: unknown) => (args: unknown) => Promise<unknown>) | undefined;
  const add = (added: unknown) => {
    middleware = added as typeof middleware;
  };
  clock.watch({ middlewareStack: { add } });
  await middleware?.(async () => ({ response: { headers: { date } } }))({});
}

test.each<[date: string, outcome: string, found: RegExp]>([
  ['Tue, 24 Nov 2026 12:00:00 GMT', 'ok', /^as that of AWS$/],
  ['Tue, 24 Nov 2026 12:04:59 GMT', 'ok', /^299 s behind AWS$/],
  ['Tue, 24 Nov 2026 12:05:00 GMT', 'failed', /^300 s behind AWS; a signature is refused/],
  ['Tue, 24 Nov 2026 11:55:00 GMT', 'failed', /^300 s ahead of AWS; a signature is refused/],
])('where AWS says that it is %s, the clock is %s', async (date, outcome, found) => {
  const clock = new AnswerClock(() => NOW);
  await ask(clock, date);
  expect(clock.check()).toMatchObject({
    group: 'machine',
    name: 'clock',
    outcome,
    found: expect.stringMatching(found),
  });
});

test.each([undefined, 'yesterday'])('an answer with the time %s compares nothing', async (date) => {
  const clock = new AnswerClock(() => NOW);
  await ask(clock, date);
  expect(clock.check().outcome).toBe('not-checked');
});
