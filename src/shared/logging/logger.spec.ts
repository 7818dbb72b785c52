import { describe, expect, it } from 'vitest';
import { createLogger, type RedactingLogger } from './logger.js';

function logger(NODE_ENV: 'production' | 'development', LOG_LEVEL = 'info'): [RedactingLogger, string[]] {
  const lines: string[] = [];
  return [createLogger({ NODE_ENV, LOG_LEVEL }, { write: (line: string) => void lines.push(line) }), lines];
}

describe('the logger in production', () => {
  it('writes JSON with level, instant, context and message', () => {
    const [log, lines] = logger('production');
    log.log('claimed 3', 'Scheduler');
    expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'info', context: 'Scheduler', msg: 'claimed 3' });
    expect(JSON.parse(lines[0]!).time).toMatch(/^\d{4}-\d{2}-\d{2}T/);
  });

  it('masks phone numbers in messages, stacks and fields', () => {
    const [log, lines] = logger('production');
    log.error('dialling +12025550143 failed', 'Error: +12025550143\n  at x', 'Telephony');
    log.warn({ to: '+12025550143', body: 'yes' }, 'Telephony');
    log.error(new Error('+12025550143'));
    expect(lines).toHaveLength(3);
    expect(lines.join('')).not.toContain('2025550143');
    expect(lines.join('')).not.toContain('yes');
    expect(JSON.parse(lines[0]!)).toMatchObject({
      context: 'Telephony',
      stack: expect.stringContaining('at x'),
    });
  });

  it('writes nothing below its level', () => {
    const [log, lines] = logger('production', 'warn');
    log.log('x');
    log.debug('x');
    log.warn('y');
    expect(lines).toHaveLength(1);
  });
});

describe('the logger in development', () => {
  it('writes one short line', () => {
    const [log, lines] = logger('development');
    log.log('ready', 'Http');
    log.warn({ method: 'GET', status: 503 }, 'Request');
    expect(lines[0]).toMatch(/^\d\d:\d\d:\d\d \[Http\] ready\n$/);
    expect(lines[1]).toMatch(/^\d\d:\d\d:\d\d WARN \[Request\] method=GET status=503\n$/);
  });

  it('shows the stack of an error below it', () => {
    const [log, lines] = logger('development');
    log.error('it broke', 'Error: it broke\n    at somewhere', 'Http');
    expect(lines[0]).toMatch(/ERROR \[Http\] it broke\nError: it broke\n {4}at somewhere\n$/);
  });
});
