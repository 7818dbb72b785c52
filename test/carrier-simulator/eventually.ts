import { expect } from 'vitest';

/** Waits for a condition as long as a machine under load may need; it is met as soon as it holds. */
export function eventually<T>(value: () => T) {
  return expect.poll(value, { timeout: 20_000, interval: 20 });
}
