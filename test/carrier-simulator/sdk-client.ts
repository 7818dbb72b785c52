import twilio from 'twilio';
import RequestClient from 'twilio/lib/base/RequestClient.js';

/** The SDK's own HTTP client, sent to the simulator instead of api.twilio.com. */
class LoopbackClient extends RequestClient {
  constructor(
    private readonly base: URL,
    timeoutMs: number,
  ) {
    super({ timeout: timeoutMs });
  }

  override request<T>(options: RequestClient.RequestOptions<T>) {
    const uri = new URL(options.uri);
    uri.protocol = this.base.protocol;
    uri.host = this.base.host;
    return super.request({ ...options, uri: uri.href });
  }
}

export const account = {
  accountSid: `AC${'1'.repeat(32)}`,
  authToken: 'the-auth-token-of-the-tests',
  apiKey: { sid: `SK${'2'.repeat(32)}`, secret: 'the-secret-of-the-key' },
};

export function sdkClient(
  url: string,
  {
    user = account.accountSid,
    password = account.authToken,
    accountSid = account.accountSid,
    timeoutMs = 5000,
  } = {},
) {
  return twilio(user, password, { accountSid, httpClient: new LoopbackClient(new URL(url), timeoutMs) });
}
