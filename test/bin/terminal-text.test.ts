import { terminalJson, terminalText } from '../../bin/terminal-text';

const HOSTILE = 'a\u001b[2J\u202eb\u2028\u{e0041}\ud800';

test('text loses what steers a terminal', () => {
  expect(terminalText(HOSTILE)).toBe('a\ufffd[2J\ufffdb\ufffd\ufffd\ufffd');
});

test('JSON escapes what steers a terminal, and loses nothing', () => {
  const text = terminalJson({ note: HOSTILE, line: 1 });
  expect(text.replace(/\n/g, '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\u2028]/u);
  expect(JSON.parse(text)).toEqual({ note: HOSTILE, line: 1 });
});
