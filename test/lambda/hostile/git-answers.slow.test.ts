import * as fc from 'fast-check';
import type { GivenAnswer } from './loopback-https';
import { expectNothingWrong } from './oracle';
import { StatedEstate } from './stated-estate';

jest.setTimeout(300_000);

const numRuns = Number(process.env.HOSTILE_RUNS ?? 50);
const MEBIBYTE = Buffer.alloc(1024 * 1024, 'x');
let estate: StatedEstate;

beforeAll(async () => {
  estate = await StatedEstate.start();
}, 120_000);

afterAll(() => estate?.stop());

type Spoil = (honest: GivenAnswer & { body: Buffer }) => GivenAnswer;

const ofBody = (change: (body: Buffer) => GivenAnswer['body']): Spoil => {
  return (honest) => ({ ...honest, body: change(honest.body) });
};

/** What a host may make of an honest answer: advertisements of branches and tags, and packs of objects. */
const spoiled: fc.Arbitrary<Spoil> = fc.oneof(
  fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })).map(([at, bits]) =>
    ofBody((body) => {
      const changed = Buffer.from(body);
      changed[at % body.length] = (changed[at % body.length] ?? 0) ^ bits;
      return changed;
    }),
  ),
  fc.nat().map((at) => ofBody((body) => body.subarray(0, at % (body.length + 1)))),
  fc.nat().map((at) => ofBody((body) => Buffer.concat([body.subarray(0, at % body.length), MEBIBYTE, body]))),
  fc.uint8Array({ minLength: 0, maxLength: 4096 }).map((bytes) => ofBody(() => Buffer.from(bytes))),
  fc.constant(ofBody((body) => Buffer.concat([body, body]))),
  fc.constant(ofBody((body) => Buffer.from(body.toString('latin1').replaceAll('honest', '../../'), 'latin1'))),
  fc.constantFrom(301, 401, 403, 404, 418, 429, 500).map(
    (status): Spoil =>
      (honest) => ({ ...honest, status }),
  ),
);

test('whatever the Git host answers, no other data is derived', async () => {
  const { deriver, services, before } = estate;
  const outcomes = new Set<string>();
  let asked = 0;
  await fc.assert(
    fc.asyncProperty(fc.nat(5), spoiled, async (spare, spoil) => {
      services.restore(before);
      let left = spare;
      services.lieOfGit = (_request, honest) => {
        asked += 1;
        left -= 1;
        return left < 0 ? spoil(honest) : honest;
      };
      const invocation = await deriver.handle(estate.jobEnded('Training'), 6);
      expectNothingWrong(services.honest, invocation);
      outcomes.add(invocation.outcome);
    }),
    { numRuns: 2 * numRuns },
  );
  expect(asked).toBeGreaterThan(numRuns);
  expect([...outcomes]).toContain('done');
});

test.each([
  ['from its beginning', 0],
  ['after all refs were told', 1],
  ['after the objects were', 2],
])('an answer of the Git host that goes on for ever %s is given up', async (_what, honestAnswers) => {
  const { deriver, services, before } = estate;
  services.restore(before);
  let left = honestAnswers;
  services.lieOfGit = (_request, honest) => {
    left -= 1;
    return left < 0 ? { ...honest, body: endless(honest.body) } : honest;
  };
  const invocation = await deriver.handle(estate.jobEnded('Training'), 6);
  expectNothingWrong(services.honest, invocation);
  expect(['done', 'retried']).toContain(invocation.outcome);
  expect(
    invocation.sent.map(({ body }) => JSON.parse(body).status).filter((status) => status !== 'unresolved'),
  ).toEqual([]);
});

function* endless(beginning: Buffer): Generator<Buffer> {
  yield beginning;
  for (;;) {
    yield MEBIBYTE;
  }
}
