import { Queue } from './queue';
import { Random } from './random';

let now = 0;
const settings = { visibilitySeconds: 30, maxReceiveCount: 2 };
const parking = () => new Queue('parking', () => now, new Random(1), { visibilitySeconds: 0, maxReceiveCount: 1e9 });
const queue = (deadLetters?: Queue) => new Queue('work', () => now, new Random(1), settings, deadLetters);

beforeEach(() => {
  now = 0;
});

test('a message that was received is hidden until its visibility timeout, and comes back with a new handle', () => {
  const work = queue();
  work.send('a');
  const [first] = work.receive(10);
  expect(work.receive(10)).toEqual([]);
  now = 30;
  const [second] = work.receive(10);
  expect(second).toMatchObject({ body: 'a', receiveCount: 2, age: { sent: 30, firstReceived: 30 } });
  expect(second?.receiptHandle).not.toBe(first?.receiptHandle);
});

test('a message is deleted with its last handle, and not with one of before', () => {
  const work = queue();
  work.send('a');
  const [first] = work.receive(10);
  now = 30;
  const [second] = work.receive(10);
  work.delete(first?.receiptHandle ?? '');
  expect(work.messages).toHaveLength(1);
  work.delete(second?.receiptHandle ?? '');
  expect(work.messages).toHaveLength(0);
});

test('a message waits as long as its consumer says', () => {
  const work = queue();
  work.send('a');
  const [message] = work.receive(10);
  expect(work.changeVisibility(message?.receiptHandle ?? '', 100)).toBe(true);
  now = 99;
  expect(work.receive(10)).toEqual([]);
  expect(work.nextVisible()).toBe(100);
  now = 100;
  expect(work.changeVisibility(message?.receiptHandle ?? '', 100)).toBe(false);
  expect(work.receive(10)).toHaveLength(1);
});

test('a message that was received too often moves to the dead letters', () => {
  const deadLetters = parking();
  const work = queue(deadLetters);
  work.send('a', { reason: 'none' });
  for (now of [0, 30, 60]) {
    work.receive(10);
  }
  expect(work.messages).toEqual([]);
  expect(work.deadLettered).toBe(1);
  expect(deadLetters.messages).toMatchObject([{ body: 'a', attributes: { reason: 'none' } }]);
});

test('only what is chosen is moved to another queue', () => {
  const [from, to] = [parking(), queue()];
  from.send('a', { reason: 'one' });
  from.send('b', { reason: 'other' });
  expect(from.moveTo(to, ({ attributes }) => attributes.reason === 'one')).toBe(1);
  expect(from.messages).toMatchObject([{ body: 'b' }]);
  expect(to.messages).toMatchObject([{ body: 'a' }]);
});
