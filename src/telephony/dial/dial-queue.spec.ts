import { describe, expect, it } from 'vitest';
import { DialQueue } from './dial-queue.js';

describe('the dial queue', () => {
  it('gives out each attempt once, first come first', () => {
    const queue = new DialQueue();
    queue.add('a', 'x');
    queue.add('b', 'x');
    queue.add('a', 'x');
    expect([queue.take(0)?.attemptId, queue.take(0)?.attemptId, queue.take(0)]).toEqual([
      'a',
      'b',
      undefined,
    ]);
  });

  it('holds a whole campaign back when its pace has no room, and nobody else', () => {
    const queue = new DialQueue();
    for (const [attempt, campaign] of [
      ['a', 'x'],
      ['b', 'x'],
      ['c', 'y'],
    ] as const)
      queue.add(attempt, campaign);
    queue.putBack(queue.take(0)!, 'campaign', 500);
    expect(queue.take(0)?.attemptId).toBe('c');
    expect(queue.take(0)).toBeUndefined();
    expect(queue.nextAfter(100)).toBe(400);
    expect([queue.take(500)?.attemptId, queue.take(500)?.attemptId]).toEqual(['a', 'b']);
  });

  it('holds everybody back when the account has no room', () => {
    const queue = new DialQueue();
    queue.add('a', 'x');
    queue.add('b', 'y');
    queue.putBack(queue.take(0)!, 'account', 200);
    expect(queue.take(199)).toBeUndefined();
    expect(queue.take(200)?.attemptId).toBe('a');
  });

  it('lets the others pass while one waits for its own time, and takes an ended one again', () => {
    const queue = new DialQueue();
    queue.add('a', 'x');
    queue.add('b', 'x');
    queue.putBack(queue.take(0)!, 'attempt', 1_000);
    const b = queue.take(0)!;
    expect(b.attemptId).toBe('b');
    queue.done(b);
    queue.add('b', 'x');
    expect(queue.take(0)?.attemptId).toBe('b');
  });
});
