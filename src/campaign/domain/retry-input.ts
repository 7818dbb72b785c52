import type { FieldProblem } from '../../shared/errors/domain-error.js';
import type { CallingPolicy } from '../contracts/calling-policy.js';
import { defaultPolicy, RETRY_RULES } from './calling-policy.js';
import { parseDuration } from './durations.js';
import { isFields, listProblem, notAnObject, unknownFields } from './field-checks.js';

const MAX_DELAYS = 20;
const MIN_DELAY_MS = 1_000;
const MAX_DELAY_MS = 90 * 86_400_000;

/**
 * Reads `retry`: a list of delays per outcome. An outcome that is absent stays as it is, `null` goes back to its
 * default, and an empty list means that the outcome is not tried again.
 */
export function readRetry(
  written: unknown,
  present: CallingPolicy['retryMs'],
  field: string,
  problems: FieldProblem[],
): CallingPolicy['retryMs'] {
  const standard = defaultPolicy().retryMs;
  if (written === undefined) return present;
  if (written === null) return standard;
  if (!isFields(written)) {
    problems.push(notAnObject(field));
    return present;
  }
  problems.push(...unknownFields(written, RETRY_RULES, field));
  const retryMs = { ...present };
  for (const rule of RETRY_RULES) {
    const delays = written[rule];
    if (delays === undefined) continue;
    retryMs[rule] = delays === null ? standard[rule] : readDelays(delays, `${field}.${rule}`, problems);
  }
  return retryMs;
}

function readDelays(written: unknown, field: string, problems: FieldProblem[]): number[] {
  const problem = listProblem(written, { min: 0, max: MAX_DELAYS }, field);
  if (problem !== null) problems.push(problem);
  if (!Array.isArray(written)) return [];
  return written.map((delay: unknown, index) => {
    const ms = typeof delay === 'string' ? parseDuration(delay) : null;
    if (ms !== null && ms >= MIN_DELAY_MS && ms <= MAX_DELAY_MS) return ms;
    problems.push({
      field: `${field}[${index}]`,
      code: 'invalid_duration',
      message: `${field}[${index}] must be a delay from 1s to 90d such as 30s, 5m, 2h or 1d`,
    });
    return 0;
  });
}
