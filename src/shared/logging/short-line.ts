const STANDARD = new Set(['level', 'time', 'context', 'msg', 'stack', 'error']);

/** One log record as a person reads it: time of day, level where it is not `info`, context, message, the rest. */
export function shortLine(record: Record<string, unknown>): string {
  const level = record.level === 'info' ? '' : ` ${text(record.level).toUpperCase()}`;
  const context = record.context === undefined ? '' : ` [${text(record.context)}]`;
  const message = record.msg === undefined || record.msg === '' ? '' : ` ${text(record.msg)}`;
  const rest = Object.entries(record)
    .filter(([name]) => !STANDARD.has(name))
    .map(([name, value]) => ` ${name}=${text(value)}`);
  const stack = record.stack ?? (record.error as { stack?: unknown } | undefined)?.stack;
  const below = stack === undefined ? '' : `${text(stack)}\n`;
  return `${text(record.time).slice(11, 19)}${level}${context}${message}${rest.join('')}\n${below}`;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
