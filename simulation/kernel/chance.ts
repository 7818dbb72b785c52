import { createHash } from 'node:crypto';

/** Seeded chance: one stream per purpose, so that another draw in one place does not change what happens in all others. */
export class Chance {
  private a: number;
  private b: number;
  private c: number;
  private counter: number;

  constructor(private readonly seed: string) {
    const digest = createHash('sha256').update(seed).digest();
    [this.a, this.b, this.c, this.counter] = [0, 4, 8, 12].map((offset) => digest.readUInt32LE(offset)) as [
      number,
      number,
      number,
      number,
    ];
  }

  /** A stream of its own that depends on the seed and the words only, not on what was drawn so far. */
  fork(...words: readonly (string | number)[]): Chance {
    return new Chance([this.seed, ...words].join('\u001f'));
  }

  /** In [0, 1): sfc32, a small fast generator of good quality. */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (this.c << 21) | (this.c >>> 11);
    this.c = (this.c + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  happens(probability: number): boolean {
    return this.next() < probability;
  }

  between(least: number, most: number): number {
    return least + (most - least) * this.next();
  }

  integer(least: number, most: number): number {
    return Math.min(most, least + Math.floor((most - least + 1) * this.next()));
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.min(items.length - 1, Math.floor(items.length * this.next()))]!;
  }

  /** One of the names, as often as its weight says. */
  weighted<T extends string>(weights: Readonly<Record<T, number>>): T {
    const entries = Object.entries(weights) as [T, number][];
    let drawn = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [name, weight] of entries) {
      drawn -= weight;
      if (drawn < 0) return name;
    }
    return entries.at(-1)![0];
  }
}
