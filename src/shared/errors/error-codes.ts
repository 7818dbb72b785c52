/**
 * Every code an error body can carry, with its HTTP status and title. Codes are stable: integrators switch on them.
 * No code is the name of a database constraint.
 */
export const ERROR_CODES = {
  validation_failed: { status: 400, title: 'The request has invalid fields.' },
  malformed_body: { status: 400, title: 'The body could not be read.' },
  unsupported_media_type: { status: 415, title: 'The content type is not supported here.' },
  body_too_large: { status: 413, title: 'The body is larger than allowed.' },
  invalid_cursor: { status: 400, title: 'The cursor was not issued by this list.' },
  unauthenticated: { status: 401, title: 'An API key is required.' },
  forbidden: { status: 403, title: 'Not permitted.' },
  invalid_signature: { status: 403, title: 'The webhook signature is missing or wrong.' },
  not_found: { status: 404, title: 'Not found.' },
  method_not_allowed: { status: 405, title: 'The method is not allowed here.' },
  campaign_not_found: { status: 404, title: 'There is no such campaign.' },
  contact_not_found: { status: 404, title: 'There is no such contact.' },
  import_not_found: { status: 404, title: 'There is no such import.' },
  suppression_not_found: { status: 404, title: 'There is no such suppression.' },
  subscriber_not_found: { status: 404, title: 'No subscriber of this name is in use here.' },
  illegal_transition: { status: 409, title: 'The state does not allow this.' },
  campaign_not_editable: { status: 409, title: 'Only a draft campaign can be changed this way.' },
  campaign_not_startable: { status: 409, title: 'The campaign cannot be started yet.' },
  campaign_closed: { status: 409, title: 'The campaign takes no more contacts.' },
  carrier_mismatch: { status: 409, title: 'The campaign belongs to another carrier.' },
  contact_not_editable: { status: 409, title: 'The contact cannot be changed in its present state.' },
  duplicate_contacts: { status: 409, title: 'Some contacts are already in the campaign.' },
  suppressed_numbers: { status: 409, title: 'Some numbers may never be called.' },
  number_suppressed: { status: 409, title: 'The number may never be called.' },
  number_in_call: { status: 409, title: 'The number is in a call already.' },
  outside_legal_hours: { status: 409, title: 'The number cannot be called at this hour.' },
  dialling_stopped: { status: 409, title: 'Dialling is stopped.' },
  no_phone_column: { status: 422, title: 'The file has no recognisable phone number column.' },
  unreadable_file: { status: 422, title: 'The file is not readable as CSV.' },
  missing_file: { status: 400, title: 'The multipart field `file` is missing.' },
  idempotency_key_reused: { status: 422, title: 'The Idempotency-Key was used with another request.' },
  idempotency_in_progress: {
    status: 409,
    title:
      'The first request with this Idempotency-Key is not finished, or broke off and may have been carried out: look.',
  },
  too_many_requests: { status: 429, title: 'Too many requests.' },
  temporarily_unavailable: { status: 503, title: 'The database cannot be reached; try again.' },
  internal_error: { status: 500, title: 'Something went wrong on our side.' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof ERROR_CODES;
