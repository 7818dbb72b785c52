/**
 * Phone numbers met so far, 16 to 32 bytes each: a dry run of a file of millions of lines stores nothing, and still
 * tells its duplicates. E.164 numbers have at most 15 digits, so a double holds them exactly.
 */
export class PhoneNumberSet {
  private slots = new Float64Array(1_024);
  private size = 0;

  /** False when it was there already. */
  add(e164: string): boolean {
    if (this.size * 2 >= this.slots.length) this.grow();
    const added = insert(this.slots, Number(e164.slice(1)));
    if (added) this.size++;
    return added;
  }

  private grow(): void {
    const larger = new Float64Array(this.slots.length * 2);
    for (const number of this.slots) if (number !== 0) insert(larger, number);
    this.slots = larger;
  }
}

/** Open addressing with linear probing; 0 is an empty slot. */
function insert(slots: Float64Array, number: number): boolean {
  const mask = slots.length - 1;
  let slot = (Math.imul(number % 0x7fff_ffff, 0x9e37_79b1) >>> 7) & mask;
  while (slots[slot] !== 0) {
    if (slots[slot] === number) return false;
    slot = (slot + 1) & mask;
  }
  slots[slot] = number;
  return true;
}
