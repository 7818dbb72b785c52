import type { Twilio } from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import type HttpResponse from 'twilio/lib/http/response.js';
import TwilioClient from 'twilio/lib/rest/Twilio.js';
import type { Environment } from '../../../shared/environment/environment.js';

/** More than we ever have under way: a request must not wait in the agent's queue, past every check of the dial. */
const MOST_SOCKETS = 500;
/** The SDK's own timeout speaks first wherever it can. */
const AFTER_TIMEOUT_MS = 250;

/** Sends the SDK's requests to another host: the SDK has no option for a Twilio-compatible carrier. */
class CarrierRequestClient extends RequestClient {
  constructor(
    private readonly carrier: URL | null,
    private readonly timeoutMs: number,
  ) {
    super({ timeout: timeoutMs, keepAlive: true, maxSockets: MOST_SOCKETS });
  }

  override async request<T>(options: RequestClient.RequestOptions<T>): Promise<HttpResponse.default<T>> {
    const response = await this.withinDeadline(super.request<T>({ ...options, uri: this.at(options.uri) }));
    // A problem document names a status of its own, and the SDK would believe it rather than the answer's.
    if (response.statusCode >= 500) response.body = null as T;
    return response;
  }

  private at(uri: string): string {
    if (this.carrier === null) return uri;
    const url = new URL(uri);
    url.protocol = this.carrier.protocol;
    url.host = this.carrier.host;
    return url.href;
  }

  /**
   * The SDK's timeout is one of silence: an answer that drips is waited for without end, and one that switches protocols
   * is never reported at all. This one counts from the request.
   */
  private async withinDeadline<T>(answer: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () => reject(Object.assign(new Error('no answer in time'), { code: 'DEADLINE' })),
        this.timeoutMs + AFTER_TIMEOUT_MS,
      );
    });
    try {
      return await Promise.race([answer, deadline]);
    } finally {
      clearTimeout(timer);
      answer.catch(() => undefined);
    }
  }
}

/**
 * The SDK's client. It never retries by itself: whether a request may be sent again is the dial protocol's decision.
 * An API key, where given, authenticates instead of the auth token, so that a leak can be revoked.
 */
export function twilioClient(environment: Environment): Twilio {
  const carrier = environment.TWILIO_API_BASE_URL ? new URL(environment.TWILIO_API_BASE_URL) : null;
  const user = environment.TWILIO_API_KEY_SID ?? environment.TWILIO_ACCOUNT_SID;
  const password = environment.TWILIO_API_KEY_SECRET ?? environment.TWILIO_AUTH_TOKEN;
  return new TwilioClient(user, password, {
    accountSid: environment.TWILIO_ACCOUNT_SID,
    autoRetry: false,
    httpClient: new CarrierRequestClient(carrier, environment.CREATE_TIMEOUT_MS),
  });
}
