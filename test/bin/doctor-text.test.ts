import { doctorExitCode, doctorText } from '../../bin/doctor-text';
import { type Check, failed, notChecked, ok } from '../../core/doctor/check';
import { DoctorReport, doctorReport } from '../../core/doctor/doctor-report';

const CHECKS: Check[] = [
  ok('machine', 'Node.js', '22.1.0'),
  failed('rights', 's3:GetObject', 'on arn:aws:s3:::data/dvc/*: you may not', 'allow it: {"Effect":"Allow"}'),
  notChecked('services', 'Git', 'its token cannot be read: see the rights'),
];

test('people read what was checked by groups, and what to do', () => {
  expect(doctorText(CHECKS)).toBe(
    `machine
  ok      Node.js: 22.1.0
rights
  FAILED  s3:GetObject: on arn:aws:s3:::data/dvc/*: you may not
            do: allow it: {"Effect":"Allow"}
services
  ?       Git: its token cannot be read: see the rights
1 in order, 1 failed, 1 not checked
`,
  );
});

test('a text of many words keeps to 100 columns, and escapes of strangers do not reach the terminal', () => {
  const text = doctorText([failed('services', 'Git', 'word '.repeat(60), `do \u001b[31m ${'this '.repeat(60)}`)]);
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
  expect(text).not.toContain('\u001b');
});

test('the command fails where a check failed, and not for what was not checked', () => {
  expect(doctorExitCode(CHECKS)).toBe(2);
  expect(doctorExitCode(CHECKS.filter(({ outcome }) => outcome !== 'failed'))).toBe(0);
});

test('machines read the same', () => {
  const report = DoctorReport.parse(doctorReport('demo', CHECKS));
  expect(report.inOrder).toBe(false);
  expect(report.checks.map(({ outcome, remedy }) => [outcome, remedy])).toEqual([
    ['ok', null],
    ['failed', 'allow it: {"Effect":"Allow"}'],
    ['not-checked', null],
  ]);
});
