import type { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { redriveReport, redriveText } from '../../bin/redrive-text';
import { readWorkQueues } from '../../bin/work-queues';
import { RedriveReport, WORK_QUEUES } from '../../core/delivery/redrive-report';
import contract from '../../lib/private/contract.json';

const names = Object.entries(contract.stackOutputs)
  .filter(([key]) => /(Queue|Parking)Url$/.test(key))
  .map(([, name]) => name);

const stackWith = (outputs: readonly string[]): CloudFormationClient =>
  ({
    config: { region: async () => 'eu-west-1' },
    send: async () => ({
      Stacks: [{ Outputs: outputs.map((OutputKey) => ({ OutputKey, OutputValue: `https://sqs/${OutputKey}` })) }],
    }),
  }) as never;

const PARKED = [
  {
    queue: 'derivation' as const,
    parked: [
      {
        because: 'git-refused' as const,
        messages: 3,
        sent: 2,
        oldest: new Date('2026-03-01T12:00:00Z'),
        explanation: 'the host says \u001b[2J no \u202e',
        correlationId: '6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      },
    ],
  },
  { queue: 'tagging' as const, parked: [] },
];

test('each queue is found by the outputs of its stack, with its own parking', async () => {
  const found = await readWorkQueues(stackWith(names), 'demo');
  expect(found.map(({ queue }) => queue)).toEqual([...WORK_QUEUES]);
  for (const { queue, work, parking } of found) {
    const Name = `${queue[0]?.toUpperCase()}${queue.slice(1)}`;
    expect([work, parking]).toEqual([`https://sqs/${Name}QueueUrl`, `https://sqs/${Name}ParkingUrl`]);
  }
});

test('only the queue that was asked for is looked for', async () => {
  const [changes, ...more] = await readWorkQueues(
    stackWith(['ChangesQueueUrl', 'ChangesParkingUrl']),
    'demo',
    'changes',
  );
  expect(changes?.queue).toBe('changes');
  expect(more).toEqual([]);
});

test.each(names)('a stack without the output %s is told to be deployed with it', async (name) => {
  const reading = readWorkQueues(stackWith(names.filter((other) => other !== name)), 'demo');
  await expect(reading).rejects.toThrow(new RegExp(`stack demo .* no output ${name}; call addOutputs\\(\\)`));
});

test('people read what is parked by reason, and no control character reaches their terminal', () => {
  expect(redriveText(PARKED, false)).toBe(
    [
      'derivation',
      '  git-refused  3 parked, 2 sent back',
      '    oldest       2026-03-01T12:00:00.000Z',
      '    explanation  the host says \uFFFD[2J no \uFFFD',
      '    logged with  correlation_id 6a7e8feb-b491-4cf7-a9f1-bf3703467718',
      'tagging  nothing is parked',
      '',
    ].join('\n'),
  );
  expect(redriveText(PARKED, true)).toContain('3 parked, nothing sent: this is a plan');
});

test('machines read the same, in the published form', () => {
  const report = redriveReport(PARKED, false);
  expect(RedriveReport.parse(report)).toEqual(report);
  expect(report.queues[0]?.parked[0]).toMatchObject({ reason: 'git-refused', messages: 3, sent: 2 });
});
