import * as fc from 'fast-check';
import { appendStatement, type EvidenceLedger } from '../../../core/evidence/append-statement';
import { chainOfStatement } from '../../../core/evidence/statement';
import { verifyChain } from '../../../core/evidence/verify-chain';
import { outcomeNumber, trainingDraft } from './drafts';
import { newLedger } from './ledger';

const chain = chainOfStatement(trainingDraft());

test('writers at once, in whatever order their calls arrive, make one chain without a fork and lose no outcome', async () => {
  const outcomes = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 2, maxLength: 5 });
  let races = 0;
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), outcomes, async (scheduler, numbers) => {
      const { ledger, store, trusted } = newLedger();
      const racing: EvidenceLedger = {
        ...ledger,
        reader: {
          async *versions(prefix) {
            await scheduler.schedule(Promise.resolve());
            yield* store.versions(prefix);
          },
          read: scheduler.scheduleFunction((...args: Parameters<typeof store.read>) => store.read(...args)),
        },
        writer: {
          writeOnce: scheduler.scheduleFunction(async (...args: Parameters<typeof store.writeOnce>) => {
            const outcome = await store.writeOnce(...args);
            races += outcome === 'taken' ? 1 : 0;
            return outcome;
          }),
        },
      };
      const appended = await scheduler.waitFor(
        Promise.all(numbers.map((number) => appendStatement(outcomeNumber(number), racing))),
      );
      const found = await verifyChain(chain, store, trusted);
      const stored = found.kind === 'intact' ? found.statements : [];
      expect(found.kind).toBe('intact');
      // what each writer was told is in the store, with the outcome that it brought.
      appended.forEach(({ sha256 }, index) => {
        const own = stored.find((item) => item.sha256 === sha256);
        expect(JSON.stringify(own?.statement)).toContain(`finding number ${numbers[index]}"`);
      });
      expect(stored.length).toBe(appended.filter(({ isNew }) => isNew).length);
    }),
    { numRuns: 60 },
  );
  expect(races).toBeGreaterThan(0);
});

test('control: a store that overwrites would lose an outcome in such a race', async () => {
  const { ledger, store } = newLedger();
  const writer = {
    async writeOnce(at: string, bytes: Uint8Array) {
      store.overwrite(at, bytes);
      return 'stored' as const;
    },
  };
  await Promise.all([1, 2].map((number) => appendStatement(outcomeNumber(number), { ...ledger, writer })));
  expect(await verifyChain(chain, store, ledger.trusted)).toMatchObject({ kind: 'broken' });
});
