import type { LoggerService } from '@nestjs/common';

/** What a broken world makes the engine say. */
const EXPECTED =
  /waits for the database|keeps its place|Connection terminated|transaction timeout|lock timeout|deadlock detected/;

/** Takes the place of the engine's log: what is caught and only logged is judged like any other error. */
export class JudgedLog implements LoggerService {
  constructor(private readonly note: (where: string, error: unknown) => void) {}

  log(): void {}
  debug(): void {}
  verbose(): void {}

  warn(message: unknown, ...context: unknown[]): void {
    this.judge(message, context);
  }

  error(message: unknown, ...context: unknown[]): void {
    this.judge(message, context);
  }

  private judge(message: unknown, context: unknown[]): void {
    const name = context.at(-1);
    const where = `log ${typeof name === 'string' ? name : ''}`;
    if (message instanceof Error) this.note(where, message);
    else if (!EXPECTED.test(String(message))) this.note(where, new Error(String(message)));
  }
}
