import { createHash } from 'node:crypto';

/**
 * Seeded chance: the same seed and the same words always give the same number in [0, 1).
 * Nothing in the simulator keeps the state of a generator, so the order in which calls happen to run
 * cannot change what a person does.
 */
export function chance(seed: string, ...words: readonly (string | number)[]): number {
  const digest = createHash('sha256')
    .update([seed, ...words].join('\u001f'))
    .digest();
  return digest.readUIntBE(0, 6) / 2 ** 48;
}

/** A source of chance already bound to one call; each purpose draws independently of the others. */
export type Draw = (purpose: string) => number;

export function drawOf(seed: string, ...words: readonly (string | number)[]): Draw {
  return (purpose) => chance(seed, ...words, purpose);
}

export function between(min: number, max: number, drawn: number): number {
  return min + (max - min) * drawn;
}

export function integerBetween(min: number, max: number, drawn: number): number {
  return Math.min(max, min + Math.floor((max - min + 1) * drawn));
}

export function pick<T>(items: readonly [T, ...T[]], drawn: number): T;
export function pick<T>(items: readonly T[], drawn: number): T | undefined;
export function pick<T>(items: readonly T[], drawn: number): T | undefined {
  return items[Math.min(items.length - 1, Math.floor(items.length * drawn))];
}
