import type { FieldProblem } from '../../shared/errors/domain-error.js';
import type { CallingPolicy } from '../contracts/calling-policy.js';
import { defaultPolicy, POLICY_BOUNDS, POLICY_NUMBERS, type PolicyNumber } from './calling-policy.js';
import { isFields, notAnObject, unknownFields } from './field-checks.js';
import { readRetry } from './retry-input.js';
import { readWindow } from './window-input.js';

const FIELDS = [...POLICY_NUMBERS, 'callingWindow', 'retry', 'machineDetection'];

/**
 * Lays what an operator wrote over a complete policy: a field that is absent stays as it is, `null` goes back to its
 * default. Every problem is reported at once; the policy is meaningful only when there is none.
 */
export function mergePolicy(
  present: CallingPolicy,
  written: unknown,
  field = 'policy',
): { policy: CallingPolicy; problems: FieldProblem[] } {
  if (written === undefined) return { policy: present, problems: [] };
  if (written === null) return { policy: defaultPolicy(), problems: [] };
  if (!isFields(written)) return { policy: present, problems: [notAnObject(field)] };
  const policy = structuredClone(present);
  const problems = unknownFields(written, FIELDS, field);
  for (const name of POLICY_NUMBERS) {
    policy[name] = readNumber(name, written[name], policy[name], field, problems);
  }
  policy.machineDetection = readDetection(written.machineDetection, policy.machineDetection, field, problems);
  policy.callingWindow = readWindow(
    written.callingWindow,
    policy.callingWindow,
    `${field}.callingWindow`,
    problems,
  );
  policy.retryMs = readRetry(written.retry, policy.retryMs, `${field}.retry`, problems);
  return { policy, problems };
}

function readNumber(
  name: PolicyNumber,
  written: unknown,
  present: number,
  parent: string,
  problems: FieldProblem[],
): number {
  const { min, max, whole, default: standard } = POLICY_BOUNDS[name];
  const field = `${parent}.${name}`;
  if (written === undefined) return present;
  if (written === null) return standard;
  if (typeof written !== 'number') {
    problems.push({ field, code: 'must_be_number', message: `${field} must be a number` });
  } else if (whole && !Number.isInteger(written)) {
    problems.push({ field, code: 'must_be_integer', message: `${field} must be a whole number` });
  } else if (written < min) {
    problems.push({ field, code: 'too_small', message: `${field} must be at least ${min}` });
  } else if (written > max) {
    problems.push({ field, code: 'too_large', message: `${field} must be at most ${max}` });
  } else {
    return written;
  }
  return present;
}

function readDetection(
  written: unknown,
  present: CallingPolicy['machineDetection'],
  parent: string,
  problems: FieldProblem[],
): CallingPolicy['machineDetection'] {
  if (written === undefined) return present;
  if (written === null) return defaultPolicy().machineDetection;
  if (written === 'hang_up' || written === 'off') return written;
  const field = `${parent}.machineDetection`;
  problems.push({ field, code: 'not_permitted', message: `${field} must be hang_up or off` });
  return present;
}
