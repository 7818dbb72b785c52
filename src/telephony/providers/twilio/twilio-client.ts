import type { Twilio } from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';
import type HttpResponse from 'twilio/lib/http/response.js';
import TwilioClient from 'twilio/lib/rest/Twilio.js';
import type { Environment } from '../../../shared/environment/environment.js';

/** More than we ever have under way: a request must not wait in the agent's queue, past every check of the dial. */
const MOST_SOCKETS = 500;

/** Sends the SDK's requests to another host: the SDK has no option for a Twilio-compatible carrier. */
class CarrierRequestClient extends RequestClient {
  constructor(
    private readonly carrier: URL | null,
    timeoutMs: number,
  ) {
    super({ timeout: timeoutMs, keepAlive: true, maxSockets: MOST_SOCKETS });
  }

  override request<T>(options: RequestClient.RequestOptions<T>): Promise<HttpResponse.default<T>> {
    if (this.carrier === null) return super.request(options);
    const url = new URL(options.uri);
    url.protocol = this.carrier.protocol;
    url.host = this.carrier.host;
    return super.request({ ...options, uri: url.href });
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
