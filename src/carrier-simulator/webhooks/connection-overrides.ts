const RETRY_CLASSES = ['4xx', '5xx', 'ct', 'rt'] as const;
/** A class of failure that may be retried: connection failed, answer late, HTTP status 4xx or 5xx. */
export type RetryClass = (typeof RETRY_CLASSES)[number];

/** How one webhook is delivered. Milliseconds are real ones: a network is not sped up with the story. */
export interface ConnectionPolicy {
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly totalTimeoutMs: number;
  readonly retries: number;
  readonly retryOn: ReadonlySet<RetryClass>;
}

export interface WebhookTarget {
  /** What is requested and signed: the URL as given, without the fragment. */
  readonly url: string;
  readonly policy: ConnectionPolicy;
  /** Parts of the fragment that Twilio would not accept (warning 11243); the default is used instead. */
  readonly ignored: readonly string[];
}

/** No call-related webhook takes longer than this, retries included. */
const TOTAL_CAP_MS = 15_000;

/**
 * Splits the connection overrides (`#rc=2&rp=ct,5xx&ct=2000&rt=4000&tt=9000`) from a webhook's URL.
 * @see https://www.twilio.com/docs/usage/webhooks/webhooks-connection-overrides
 */
export function readTarget(given: string): WebhookTarget {
  const hash = given.indexOf('#');
  const url = hash < 0 ? given : given.slice(0, hash);
  const overrides = new URLSearchParams(hash < 0 ? '' : given.slice(hash + 1));
  const ignored: string[] = [];

  const integer = (name: string, min: number, max: number, otherwise: number) => {
    const text = overrides.get(name);
    if (text === null) return otherwise;
    const value = Number(text);
    if (text !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
    ignored.push(`${name}=${text}`);
    return otherwise;
  };

  const policy = {
    connectTimeoutMs: integer('ct', 100, 10_000, 5_000),
    readTimeoutMs: integer('rt', 100, 15_000, 15_000),
    totalTimeoutMs: integer('tt', 100, TOTAL_CAP_MS, TOTAL_CAP_MS),
    retries: integer('rc', 0, 5, 1),
    retryOn: retryClasses(overrides.get('rp'), ignored),
  };
  return { url, policy, ignored };
}

function retryClasses(list: string | null, ignored: string[]): ReadonlySet<RetryClass> {
  if (list === null) return new Set(['ct']);
  const names = list.split(',');
  if (names.includes('all')) return new Set(RETRY_CLASSES);
  const known = names.filter((name): name is RetryClass => RETRY_CLASSES.some((one) => one === name));
  if (known.length === names.length) return new Set(known);
  ignored.push(`rp=${list}`);
  return new Set(['ct']);
}
