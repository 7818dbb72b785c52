import { ERROR_CODES, type ErrorCode } from './error-codes.js';

/** One thing wrong with one field of the input; `field` is a path such as `survey.questions[0].min`. */
export interface FieldProblem {
  field: string;
  code: string;
  message: string;
}

/** A refusal with a stable code; the HTTP status belongs to the code, see error-codes.ts. */
export class DomainError extends Error {
  constructor(
    readonly code: ErrorCode,
    message?: string,
    readonly details: { problems?: FieldProblem[]; [key: string]: unknown } = {},
  ) {
    super(message ?? ERROR_CODES[code].title);
    this.name = 'DomainError';
  }
}

/** Refuses with every problem at once, or does nothing. */
export function refuseIfAny(code: ErrorCode, problems: FieldProblem[], message?: string): void {
  if (problems.length > 0) throw new DomainError(code, message, { problems });
}
