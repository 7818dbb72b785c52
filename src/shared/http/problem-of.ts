import { HttpException } from '@nestjs/common';
import { databaseIsUnavailable } from './database-unavailable.js';
import { DomainError } from '../errors/domain-error.js';
import type { ErrorCode } from '../errors/error-codes.js';

/** What an error is told as; `detail` and `details` hold only what may leave the process. */
export interface Problem {
  code: ErrorCode;
  detail?: string;
  details?: Record<string, unknown>;
  /** Ours, not the caller's: its stack belongs in the log. */
  unexpected: boolean;
}

/** Errors of the HTTP server and of the multipart reader, by their own codes. */
const BY_SERVER_CODE: Record<string, { code: ErrorCode; detail: string }> = {
  FST_ERR_CTP_INVALID_JSON_BODY: { code: 'malformed_body', detail: 'The body is not valid JSON.' },
  FST_ERR_CTP_EMPTY_JSON_BODY: {
    code: 'malformed_body',
    detail: 'The body is empty, but its content type is application/json.',
  },
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: {
    code: 'malformed_body',
    detail: 'The body has another length than Content-Length says.',
  },
  FST_ERR_CTP_BODY_TOO_LARGE: { code: 'body_too_large', detail: 'The body is larger than allowed.' },
  FST_ERR_CTP_INVALID_MEDIA_TYPE: {
    code: 'unsupported_media_type',
    detail: 'The content type is missing, unknown or not supported here.',
  },
  FST_ERR_CTP_INVALID_TYPE: { code: 'unsupported_media_type', detail: 'The content type is not readable.' },
  FST_REQ_FILE_TOO_LARGE: { code: 'body_too_large', detail: 'The file is larger than allowed.' },
  FST_FILES_LIMIT: { code: 'body_too_large', detail: 'One file at a time.' },
  FST_FIELDS_LIMIT: { code: 'body_too_large', detail: 'The form has too many fields.' },
  FST_PARTS_LIMIT: { code: 'body_too_large', detail: 'The form has too many parts.' },
  FST_PROTO_VIOLATION: { code: 'malformed_body', detail: 'A form field has a name that is not permitted.' },
  FST_MP_PREMATURE_CLOSE: { code: 'malformed_body', detail: 'The form ends in the middle.' },
  ERR_STREAM_PREMATURE_CLOSE: { code: 'malformed_body', detail: 'The body ends in the middle.' },
  FST_INVALID_MULTIPART_CONTENT_TYPE: {
    code: 'unsupported_media_type',
    detail: 'The content type must be multipart/form-data.',
  },
};

const BY_STATUS: Record<number, ErrorCode> = {
  400: 'malformed_body',
  401: 'unauthenticated',
  403: 'forbidden',
  404: 'not_found',
  405: 'method_not_allowed',
  406: 'unsupported_media_type',
  408: 'malformed_body',
  411: 'malformed_body',
  413: 'body_too_large',
  414: 'not_found',
  415: 'unsupported_media_type',
  422: 'malformed_body',
  429: 'too_many_requests',
  503: 'temporarily_unavailable',
};

/** A form that ends in the middle, or whose boundary is not the announced one; the reader gives these no code. */
const BROKEN_FORM =
  /^(Unexpected end of (multipart data|form|file)|Part terminated early|Multipart: |Malformed part header)/;

/**
 * The one place that knows what an error is outside. Anything unforeseen, a constraint that fired included, is
 * `internal_error` without a word of its own text: messages of the database carry values and SQL.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof DomainError) {
    const unexpected = error.code === 'internal_error';
    return { code: error.code, detail: error.message, details: error.details, unexpected };
  }
  if (databaseIsUnavailable(error)) return { code: 'temporarily_unavailable', unexpected: true };
  return ofServer(error) ?? { code: 'internal_error', unexpected: true };
}

function ofServer(error: unknown): Problem | undefined {
  const root = error instanceof HttpException && error.cause instanceof Error ? error.cause : error;
  const known = BY_SERVER_CODE[String((root as { code?: unknown } | null)?.code)];
  if (known !== undefined) return { ...known, unexpected: false };
  if (root instanceof SyntaxError || (root instanceof Error && BROKEN_FORM.test(root.message))) {
    return isOfParser(root) ? { code: 'malformed_body', unexpected: false } : undefined;
  }
  const status = statusOf(error);
  const code = status === undefined ? undefined : BY_STATUS[status];
  return code === undefined ? undefined : { code, unexpected: (status ?? 500) >= 500 };
}

/** A SyntaxError of our own code is a defect; the body parser marks its own with a status. */
function isOfParser(error: Error): boolean {
  return !(error instanceof SyntaxError) || statusOf(error) === 400;
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}
