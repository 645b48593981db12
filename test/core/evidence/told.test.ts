import * as fc from 'fast-check';
import { contract } from '../../../core/contract';
import { canonicalJson } from '../../../core/evidence/canonical-json';
import { composeStatement } from '../../../core/evidence/statement';
import {
  Claim,
  compareClaim,
  LoggedValues,
  loggedValueDigest,
  tellExplanation,
  tellRepository,
  tellValues,
} from '../../../core/evidence/told';
import { AT, COMMIT, from, trainingDraft } from './drafts';

const said = { source: { claimedBy: 'run' }, at: AT } as const;
const allowed = [{ url: 'https://git.example.com/team/data.git' }];
const secret = fc.stringMatching(/^[A-Za-z0-9_]{12,40}$/).map((text) => `glpat-${text}`);

/** a training statement with a secret wherever text from outside comes in. */
function statementWith(text: string, named: string[]) {
  const explanation = tellExplanation(`git refused https://user:${text}@git.example.com/data?token=${text}#${text}`);
  const runs = [
    {
      runId: 'run1',
      parameters: tellValues({ api: text, [text]: 'x' }, new Set(named)),
      metrics: tellValues({}, new Set()),
    },
  ];
  const draft = trainingDraft({
    outcome: {
      status: 'conflict',
      assurance: 'configured',
      reasons: [{ code: 'tag-differs', explanation }],
      notCompared: [],
    },
    claims: (['data-commit', 'data-repository', 'dataset'] as const).map((claimed) =>
      compareClaim(claimed, text, COMMIT, said),
    ),
    runs: { value: runs, ...from('mlflow:search-runs') },
  });
  const repository = tellRepository(`https://${text}@git.example.com/team/data.git`, allowed);
  return canonicalJson([composeStatement(draft, { sequence: 1, previous: null, recordedAt: AT }), repository ?? null]);
}

test('no secret in a claim, a parameter, an address or an explanation gets into a statement', () => {
  fc.assert(
    fc.property(secret, (text) => {
      expect(statementWith(text, [])).not.toContain(text);
    }),
  );
});

test('control: the value of a parameter that the platform names is told', () => {
  expect(statementWith('glpat-0123456789ab', ['api'])).toContain('glpat-0123456789ab');
});

test('a repository is told as the platform writes it, and only if the platform allows it', () => {
  expect(tellRepository('https://git.example.com/team/data', allowed)).toBe(allowed[0]?.url);
  expect(tellRepository('https://git.example.com/team/other', allowed)).toBeUndefined();
  expect(tellRepository(undefined, allowed)).toBeUndefined();
});

test('a claim that agrees is told in clear', () => {
  expect(Claim.parse(compareClaim('data-revision', 'v1', 'v1', said))).toMatchObject({
    said: { value: 'v1' },
    agrees: true,
  });
});

test('a data commit that differs is told beside the one that was derived', () => {
  const other = '1'.repeat(40);
  expect(Claim.parse(compareClaim('data-commit', other, COMMIT, said))).toMatchObject({
    said: { value: other },
    derived: COMMIT,
    agrees: false,
  });
});

test('a claim that could be compared with nothing does not agree', () => {
  expect(compareClaim('data-commit', COMMIT, undefined, said)).toMatchObject({ derived: null, agrees: false });
});

test('whatever is logged, what is told of it fits the schema and misses nothing', () => {
  const names = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('lr', 'depth', '__proto__', 'at'));
  const anyValues = fc.array(fc.tuple(names, fc.string({ unit: 'binary', maxLength: 400 })), { maxLength: 300 });
  fc.assert(
    fc.property(anyValues, (entries) => {
      const values = Object.fromEntries(entries);
      const told = tellValues(values, new Set(['lr', 'depth']));
      expect(LoggedValues.safeParse(told).success).toBe(true);
      expect(told.named.length + told.others.length + told.omitted).toBe(Object.keys(values).length);
      expect(told.named.every(({ name, value }) => values[name] === value && ['lr', 'depth'].includes(name))).toBe(
        true,
      );
    }),
    { numRuns: 50 },
  );
});

test('a digest tells whether a parameter had a value, and not which one another had', () => {
  const { others } = tellValues({ user: 'x', password: 'x' }, new Set());
  expect(others).toContain(loggedValueDigest('password', 'x'));
  expect(others).not.toContain(loggedValueDigest('password', 'y'));
  expect(new Set(others).size).toBe(2);
});

test('whatever an explanation holds, what is told of it fits the schema', () => {
  const parts = fc.constantFrom('https://a:b@c/d', 's3://x', '://', '\u202e', '\ud800', '\n', 'git', ' ', '😀');
  const texts = fc.oneof(
    fc.string({ unit: 'binary', minLength: 1 }),
    fc.array(parts, { minLength: 1, maxLength: 2500 }).map((some) => some.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const told = tellExplanation(text);
      expect(told).not.toContain('://');
      expect(told.length).toBeLessThanOrEqual(contract.limits.evidenceExplanationCharacters);
      expect(() => canonicalJson(told)).not.toThrow();
    }),
  );
});

test('an explanation keeps its own words', () => {
  expect(tellExplanation('https://git.example.com/data has no tag "v1"')).toBe('[address] has no tag "v1"');
});
