import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { evaluate } from './evaluate';

let bin: string;

beforeEach(() => {
  bin = mkdtempSync(join(tmpdir(), 'go-'));
});

afterEach(() => rmSync(bin, { recursive: true, force: true }));

function go(answer: string, code = 0): void {
  writeFileSync(join(bin, 'go'), `#!/bin/sh\necho '${answer}'\nexit ${code}\n`);
  chmodSync(join(bin, 'go'), 0o755);
}

const find = () => evaluate('full/strict-s3/go.mjs', `m.findGo(${JSON.stringify(bin)}, '/nowhere/go')`);

test.each(['go version go1.25.0 linux/amd64', 'go version go1.100.1 darwin/arm64', 'go version go2.0 linux/arm64'])(
  '%s is new enough',
  (answer) => {
    go(answer);
    expect(find()).toBe(join(bin, 'go'));
  },
);

test.each(['go version go1.24.9 linux/amd64', 'go version go0.99 linux/amd64', 'something else'])(
  '%s is refused, with the remedy',
  (answer) => {
    go(answer);
    expect(find()).toEqual({ error: expect.stringMatching(`is not Go 1.25 or newer: ${answer}. Remedy: install Go`) });
  },
);

test('without go the error names the remedy', () => {
  expect(find()).toEqual({ error: expect.stringMatching(/neither on PATH nor at \/nowhere\/go. Remedy: install Go/) });
});

test('a go that does not run is not used', () => {
  go('broken', 1);
  expect(find()).toEqual({ error: expect.stringMatching(/does not run/) });
});
