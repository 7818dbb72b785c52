import { IdGenerator } from '../../src/shared/ids/id-generator.js';

/** Valid UUIDs that count up, so that a failing test is readable. */
export class SequentialIds extends IdGenerator {
  private last = 0;

  override next(): string {
    return `00000000-0000-7000-8000-${(++this.last).toString(16).padStart(12, '0')}`;
  }
}
