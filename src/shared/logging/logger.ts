import { Writable } from 'node:stream';
import type { LoggerService } from '@nestjs/common';
import { pino, type DestinationStream, type Logger } from 'pino';
import type { Environment } from '../environment/environment.js';
import { shortLine } from './short-line.js';
import { redact } from './redact.js';

/** What the framework tells of its own start; worth a line only to whoever looks for it. */
const CHATTY = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * Nest's logger over pino: JSON lines in production, short lines elsewhere. Every message and every field passes the
 * redaction, so that a phone number in a driver's error message is masked as well.
 */
export class RedactingLogger implements LoggerService {
  constructor(private readonly pino: Logger) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.write('info', message, rest);
  }
  fatal(message: unknown, ...rest: unknown[]): void {
    this.write('fatal', message, rest);
  }
  error(message: unknown, ...rest: unknown[]): void {
    this.write('error', message, rest);
  }
  warn(message: unknown, ...rest: unknown[]): void {
    this.write('warn', message, rest);
  }
  debug(message: unknown, ...rest: unknown[]): void {
    this.write('debug', message, rest);
  }
  verbose(message: unknown, ...rest: unknown[]): void {
    this.write('trace', message, rest);
  }

  /** Nest hands over the context last and, with errors, the stack before it. */
  private write(
    level: 'fatal' | 'error' | 'warn' | 'info' | 'debug' | 'trace',
    message: unknown,
    rest: unknown[],
  ): void {
    const context = typeof rest.at(-1) === 'string' ? (rest.at(-1) as string) : undefined;
    if (level === 'info' && context !== undefined && CHATTY.has(context))
      return this.write('debug', message, rest);
    if (!this.pino.isLevelEnabled(level)) return;
    const others = (context === undefined ? rest : rest.slice(0, -1)).filter((item) => item !== undefined);
    const stack = others.find((item): item is string => typeof item === 'string');
    const fields = others.filter((item) => typeof item === 'object');
    const asObject = typeof message === 'object' && message !== null;
    this.pino[level](
      redact({
        context,
        stack,
        ...(fields.length > 0 ? { details: fields.length === 1 ? fields[0] : fields } : {}),
        ...(message instanceof Error ? { error: message } : asObject ? message : {}),
      }) as object,
      message instanceof Error
        ? (redact(message.message) as string)
        : asObject
          ? ''
          : String(redact(message)),
    );
  }
}

/** The logger of a process; `destination` is standard output unless told otherwise. */
export function createLogger(
  environment: Pick<Environment, 'NODE_ENV' | 'LOG_LEVEL'>,
  destination: DestinationStream = process.stdout,
): RedactingLogger {
  const json = environment.NODE_ENV === 'production';
  const lines = json ? destination : shortLines(destination);
  return new RedactingLogger(
    pino(
      {
        level: environment.LOG_LEVEL,
        base: json ? { pid: process.pid } : undefined,
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (label) => ({ level: label }) },
      },
      lines,
    ),
  );
}

function shortLines(destination: DestinationStream): DestinationStream {
  return new Writable({
    decodeStrings: false,
    write: (line: string, _encoding, done) => {
      destination.write(shortLine(JSON.parse(line) as Record<string, unknown>));
      done();
    },
  });
}
