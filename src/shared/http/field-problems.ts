import type { ValidationError } from 'class-validator';
import type { FieldProblem } from '../errors/domain-error.js';
import { joinField } from './unstorable-text.js';

/** The value is of another type: bounds that were checked as well say nothing more. */
const TYPE_CODES: Record<string, string> = {
  isString: 'must_be_text',
  isInt: 'must_be_integer',
  isNumber: 'must_be_number',
  isNumberString: 'must_be_number',
  isBoolean: 'must_be_boolean',
  isArray: 'must_be_list',
  isObject: 'must_be_object',
  nestedValidation: 'must_be_object',
  unknownValue: 'must_be_object',
  isDate: 'invalid_instant',
  isDateString: 'invalid_instant',
  isIso8601: 'invalid_instant',
};

/** Codes by the validation library's constraint keys; its names never leave the process. */
const CODES: Record<string, string> = {
  ...TYPE_CODES,
  whitelistValidation: 'unknown_field',
  isDefined: 'required',
  isNotEmpty: 'required',
  isNotEmptyObject: 'required',
  arrayNotEmpty: 'too_few',
  arrayMinSize: 'too_few',
  arrayMaxSize: 'too_many',
  arrayUnique: 'not_unique',
  min: 'too_small',
  minDate: 'too_small',
  isPositive: 'too_small',
  max: 'too_large',
  maxDate: 'too_large',
  isNegative: 'too_large',
  isDivisibleBy: 'wrong_step',
  minLength: 'too_short',
  maxLength: 'too_long',
  isLength: 'wrong_length',
  isByteLength: 'too_long',
  isIn: 'not_permitted',
  isNotIn: 'not_permitted',
  isEnum: 'not_permitted',
  equals: 'not_permitted',
  notEquals: 'not_permitted',
  arrayContains: 'not_permitted',
  matches: 'wrong_format',
  contains: 'wrong_format',
  isUuid: 'invalid_id',
  isTimeZone: 'invalid_timezone',
  isMilitaryTime: 'invalid_time',
  isUrl: 'invalid_url',
  isEmail: 'invalid_email',
  isLocale: 'invalid_language',
  isPhoneNumber: 'invalid_phone_number',
};

/**
 * class-validator's errors in our words. A missing field is `required` and nothing else; a wrong type hides the
 * bounds. A validator of our own names its code by `{ context: { code: '…' } }`, anything unknown is `invalid`.
 */
export function fieldProblems(errors: ValidationError[]): FieldProblem[] {
  const problems: FieldProblem[] = [];
  for (const error of errors) collect(error, '', false, problems);
  return problems;
}

function collect(error: ValidationError, parent: string, inArray: boolean, problems: FieldProblem[]): void {
  const field = joinField(parent, error.property, inArray);
  problems.push(...own(error, field));
  for (const child of error.children ?? []) {
    collect(child, field, Array.isArray(error.value), problems);
  }
}

function own(error: ValidationError, field: string): FieldProblem[] {
  const constraints = Object.entries(error.constraints ?? {});
  if (constraints.length === 0) return [];
  if (error.constraints?.whitelistValidation !== undefined) {
    return [{ field, code: 'unknown_field', message: `${field} is not a known field` }];
  }
  if (error.value === undefined || error.value === null) {
    return [{ field, code: 'required', message: `${field} is required` }];
  }
  const wrongType = constraints.filter(([key]) => key in TYPE_CODES);
  const byCode = new Map<string, FieldProblem>();
  for (const [key, message] of wrongType.length > 0 ? wrongType.slice(0, 1) : constraints) {
    const code = codeOf(error, key);
    if (!byCode.has(code))
      byCode.set(code, { field, code, message: withPath(message, error.property, field) });
  }
  return [...byCode.values()];
}

function codeOf(error: ValidationError, key: string): string {
  const named = (error.contexts?.[key] as { code?: unknown } | undefined)?.code;
  return typeof named === 'string' ? named : (CODES[key] ?? 'invalid');
}

/** The library names the last part of the path only. */
function withPath(message: string, property: string, field: string): string {
  return message.startsWith(`${property} `) ? field + message.slice(property.length) : message;
}
