import { expect, it } from 'vitest';
import { DialQueue } from './dial-queue.js';

it('dials at once up to its rate and lets the excess wait', () => {
  const queue = new DialQueue(2);
  expect([0, 0, 0, 100].map((now) => queue.reserve(now))).toEqual([0, 500, 1000, 1400]);
  expect(queue.reserve(5000)).toBe(0);
});

it('lets nothing wait without a rate', () => {
  const queue = new DialQueue(null);
  expect([0, 0, 0].map((now) => queue.reserve(now))).toEqual([0, 0, 0]);
});
