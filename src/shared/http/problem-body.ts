import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';

export const PROBLEM_MEDIA_TYPE = 'application/problem+json';

export interface ProblemBody {
  type: string;
  title: string;
  status: number;
  code: ErrorCode;
  detail: string;
  instance: string;
  [extension: string]: unknown;
}

/** The body of an error (RFC 9457). `details` are extension members; they cannot replace a standard one. */
export function problemBody(
  code: ErrorCode,
  occurrence: { detail?: string; instance: string; details?: Record<string, unknown> },
): ProblemBody {
  const { status, title } = ERROR_CODES[code];
  return {
    ...occurrence.details,
    type: `urn:voice-survey-agent:problem:${code}`,
    title,
    status,
    code,
    detail: occurrence.detail ?? title,
    instance: occurrence.instance,
  };
}
