/** One thing wrong with one field of the request. */
export class FieldProblemDto {
  /**
   * Path of the field, such as `survey.questions[0].min`; empty for the body as a whole.
   * @example "limit"
   */
  field: string;
  /**
   * Stable; integrators switch on it.
   * @example "too_large"
   */
  code: string;
  /** @example "limit must not be greater than 500" */
  message: string;
}

/** Body of every error, `application/problem+json` (RFC 9457). */
export class ProblemDto {
  /** @example "urn:voice-survey-agent:problem:validation_failed" */
  type: string;
  /** @example "The request has invalid fields." */
  title: string;
  /** The HTTP status. @example 400 */
  status: number;
  /**
   * Stable; integrators switch on it.
   * @example "validation_failed"
   */
  code: string;
  /** What happened this time. */
  detail: string;
  /** Path of the request, without its query. @example "/api/v1/campaigns" */
  instance: string;
  /** Every invalid field at once; only where fields were checked. */
  problems?: FieldProblemDto[];
}
