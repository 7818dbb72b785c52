/** Codes of Twilio's error dictionary that this carrier answers with, their HTTP status and their message. */
const ERRORS = {
  20001: [400, 'Bad request'],
  20003: [401, 'Authenticate'],
  20404: [404, 'The requested resource was not found'],
  20429: [429, 'Too Many Requests'],
  20500: [500, 'Internal Server Error'],
  20503: [503, 'Service unavailable'],
  21201: [400, "No 'To' number is specified"],
  21205: [400, 'Url is not a valid URL'],
  21210: [400, "The source phone number provided in 'From' is not yet verified for your account"],
  21211: [400, "Invalid 'To' Phone Number"],
  21212: [400, "Invalid 'From' Phone Number"],
  21213: [400, "No 'From' number is specified"],
  21214: [400, "The phone number provided in 'To' cannot be reached"],
  21215: [400, 'Account not authorized to call this number'],
  21216: [400, 'Account not allowed to call this number'],
  21217: [400, "The phone number provided in 'To' does not appear to be valid"],
  21218: [400, 'Invalid ApplicationSid'],
  21220: [400, 'Call is not in the expected state'],
  21609: [400, 'StatusCallback is not a valid URL'],
  32018: [400, 'Twiml is longer than 4000 characters'],
} as const satisfies Record<number, readonly [number, string]>;

export type ApiErrorCode = keyof typeof ERRORS;

/** An answer of the REST API that is not a success. */
export class ApiError extends Error {
  readonly status: number;

  constructor(
    readonly code: ApiErrorCode,
    detail?: string,
  ) {
    const [status, message] = ERRORS[code];
    super(detail === undefined ? message : `${message}: ${detail}`);
    this.status = status;
  }

  toJSON() {
    return {
      code: this.code,
      message: this.message,
      more_info: `https://www.twilio.com/docs/errors/${this.code}`,
      status: this.status,
    };
  }
}
