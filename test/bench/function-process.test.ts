import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionProcess } from '../../bench/function-process';
import { queueEvent } from '../../bench/queue-event';
import { PROJECT } from '../project-files';

const FUNCTION = `
const { createHash } = require('node:crypto');
const kept = [];
exports.handler = async ({ Records: [{ messageId, body }] }) => {
  const order = JSON.parse(body);
  if (order === 'throw') throw new Error('as it was told');
  if (order === 'allocate') kept.push(Buffer.alloc(200e6, 1));
  if (order === 'compute') {
    const end = process.cpuUsage().user + 300_000;
    while (process.cpuUsage().user < end) createHash('sha256').update(Buffer.alloc(1e6)).digest();
  }
  return { batchItemFailures: order === 'fail' ? [{ itemIdentifier: messageId }] : [] };
};`;

jest.setTimeout(30_000);

let folder: string;
let started: FunctionProcess;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'function-'));
  const file = join(folder, 'index.js');
  writeFileSync(file, FUNCTION);
  const program = { command: process.execPath, args: [join(PROJECT, 'bench', 'invoke.cjs'), file] };
  started = FunctionProcess.start(program, { PATH: process.env.PATH ?? '' });
  await started.untilLoaded();
});

afterEach(async () => {
  await started.stop();
  rmSync(folder, { recursive: true });
});

test('the memory and the computing time of a function are its own, of all events so far', async () => {
  await started.invoke(queueEvent('first', 'nothing'));
  const [memory, time] = [started.peakBytes(), started.cpuMs()];
  await started.invoke(queueEvent('second', 'allocate'));
  await started.invoke(queueEvent('third', 'compute'));
  expect(memory).toBeGreaterThan(20e6);
  expect(started.peakBytes() - memory).toBeGreaterThan(150e6);
  expect(started.cpuMs() - time).toBeGreaterThanOrEqual(250);
});

test('a message that the function did not deal with is no measurement', async () => {
  await expect(started.invoke(queueEvent('first', 'fail'))).rejects.toThrow('did not do its work');
});

test('a function that ends is told with what it said last', async () => {
  await expect(started.invoke(queueEvent('first', 'throw'))).rejects.toThrow(/process ended[\s\S]*as it was told/);
});
