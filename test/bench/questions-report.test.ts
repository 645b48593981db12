import { HEADING, reportQuestions } from '../../bench/questions-report';

const report = reportQuestions({
  questions: [
    {
      title: 'What is it?',
      ways: [
        { name: 'ours', milliseconds: [3000, 1000, 2000], requests: [11, 11, 11] },
        { name: 'theirs', milliseconds: [50_000], requests: [12_345] },
      ],
    },
  ],
  files: 2000,
  rounds: 3,
  machine: 'a machine',
  day: new Date('2026-01-02T03:04:05.000Z'),
});

test('each way is told with its median, as a multiple of ours, and with its requests', () => {
  expect(report).toContain('| ours | 2.0 s (1.0 s – 3.0 s) | 1.0 | 11 |');
  expect(report).toContain('| theirs | 50.0 s | 25 | 12,345 |');
});

test('it is a section of the page, which says how it was made', () => {
  expect(report.startsWith(`${HEADING}\n`)).toBe(true);
  expect(report).toContain('`npm run bench:questions -- --files 2000 --rounds 3 --write` on 2026-01-02:\na machine.');
});
