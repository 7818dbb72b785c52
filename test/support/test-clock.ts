import { Clock } from '../../src/shared/clock/clock.js';

/** A clock that stands still until a test moves it. */
export class TestClock extends Clock {
  private at: number;

  constructor(start: string) {
    super();
    this.at = Date.parse(start);
  }

  override async now(): Promise<Date> {
    return new Date(this.at);
  }

  advance(ms: number): void {
    this.at += ms;
  }

  set(iso: string): void {
    this.at = Date.parse(iso);
  }
}
