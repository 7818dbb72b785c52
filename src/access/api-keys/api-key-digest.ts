import { createHash, timingSafeEqual } from 'node:crypto';

/** A key as it is stored. Keys are long random strings, so a plain hash cannot be searched; no salt is needed. */
export function digestOf(key: string): string {
  return createHash('sha256').update(key, 'utf8').digest('hex');
}

/** Enough to recognise a key by, too little to guess it from. */
export function prefixOf(key: string): string {
  return key.slice(0, 6);
}

/** Takes the same time wherever two digests begin to differ. */
export function sameDigest(one: string, other: string): boolean {
  const a = Buffer.from(one);
  const b = Buffer.from(other);
  return a.length === b.length && timingSafeEqual(a, b);
}
