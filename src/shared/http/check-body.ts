import type { Type } from '@nestjs/common';
import { plainToInstance } from 'class-transformer';
import { validate } from 'class-validator';
import type { FieldProblem } from '../errors/domain-error.js';
import { fieldProblems } from './field-problems.js';

/**
 * Reads a body into its DTO and collects every problem without throwing, for bodies whose validation goes on in a
 * room's domain: add the room's problems, then `refuseIfAny('validation_failed', problems)`. While there are problems
 * `value` may hold anything the client sent.
 */
export async function checkBody<T extends object>(
  Dto: Type<T>,
  raw: unknown,
): Promise<{ value: T; problems: FieldProblem[] }> {
  const given = raw === undefined ? {} : raw;
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return {
      value: new Dto(),
      problems: [{ field: '', code: 'must_be_object', message: 'the body must be a JSON object' }],
    };
  }
  const value = plainToInstance(Dto, given, { exposeDefaultValues: true });
  const errors = await validate(value, {
    whitelist: true,
    forbidNonWhitelisted: true,
    forbidUnknownValues: false,
    stopAtFirstError: false,
  });
  return { value, problems: fieldProblems(errors) };
}
