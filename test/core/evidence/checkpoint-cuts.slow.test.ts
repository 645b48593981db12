import * as fc from 'fast-check';
import { chainPrefix, statementKey } from '../../../core/evidence/chain-key';
import { dayBefore } from '../../../core/evidence/day';
import { recordCheckpoint } from '../../../core/evidence/record-checkpoint';
import { chainOfStatement } from '../../../core/evidence/statement';
import { surveyChains } from '../../../core/evidence/survey-chains';
import { census, outcomeNumber, RECORDED_BY, trainingDraft } from './drafts';
import { ledgerWith } from './ledger';

const TODAY = dayBefore(new Date('2026-01-03T03:00:00Z'));

test('any cut of any chain is found, and so is any chain that is gone', async () => {
  const names = ['train-1', 'train-2', 'train-3'];
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 3, maxLength: 3 }),
      fc.nat({ max: 2 }),
      fc.nat(),
      async (lengths, which, where) => {
        const drafts = names.flatMap((name, index) =>
          Array.from({ length: lengths[index] ?? 1 }, (_, number) => {
            const draft = outcomeNumber(number);
            return { ...draft, predicate: { ...draft.predicate, about: another(name) } };
          }),
        );
        const world = await ledgerWith(...drafts);
        const { checkpoint } = await recordCheckpoint(
          { platform: 'demo', recordedBy: RECORDED_BY, day: TODAY },
          census,
          world.ledger,
        );
        const { heads } = checkpoint;
        expect((await surveyChains('demo', heads, 'all', world.ledger)).problems).toEqual([]);

        const chain = chainOfStatement(trainingDraft({ about: another(names[which] ?? '') }));
        const length = lengths[which] ?? 1;
        for (let sequence = (where % length) + 1; sequence <= length; sequence += 1) {
          world.store.erase(statementKey(chain, sequence));
        }
        for (const reading of ['all', 'new'] as const) {
          const { problems } = await surveyChains('demo', heads, reading, world.ledger);
          expect(problems).toMatchObject([{ code: 'truncated', key: chainPrefix(chain) }]);
        }
      },
    ),
    { numRuns: 30 },
  );
});

function another(name: string) {
  const { about } = trainingDraft().predicate;
  return { ...about, arn: about.arn.replace('train-1', name), name };
}
