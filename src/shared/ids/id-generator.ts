import { v7 } from 'uuid';

/** Where identifiers come from, so that a seeded run can replay them. */
export abstract class IdGenerator {
  abstract next(): string;
}

/** UUID version 7 (RFC 9562): time-ordered for the indexes, with 74 random bits, so it cannot be guessed. */
export class UuidGenerator extends IdGenerator {
  override next(): string {
    return v7();
  }
}
