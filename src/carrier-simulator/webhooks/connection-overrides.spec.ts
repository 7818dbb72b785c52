import { describe, expect, it } from 'vitest';
import { readTarget } from './connection-overrides.js';

describe('connection overrides', () => {
  it('are absent from a plain URL, which gets one retry on a failed connection', () => {
    const { url, policy } = readTarget('https://example.com/voice?attempt=1');
    expect(url).toBe('https://example.com/voice?attempt=1');
    expect(policy).toEqual({
      connectTimeoutMs: 5000,
      readTimeoutMs: 15000,
      totalTimeoutMs: 15000,
      retries: 1,
      retryOn: new Set(['ct']),
    });
  });

  it('are taken from the fragment, which is never part of the URL', () => {
    const { url, policy } = readTarget(
      'https://example.com/voice?a=1#rc=3&rp=ct,rt,5xx&ct=2000&rt=4000&tt=9000',
    );
    expect(url).toBe('https://example.com/voice?a=1');
    expect(policy).toEqual({
      connectTimeoutMs: 2000,
      readTimeoutMs: 4000,
      totalTimeoutMs: 9000,
      retries: 3,
      retryOn: new Set(['ct', 'rt', '5xx']),
    });
  });

  it('expand "all" to every class of failure', () => {
    expect(readTarget('http://h/#rp=all').policy.retryOn).toEqual(new Set(['4xx', '5xx', 'ct', 'rt']));
  });

  it('fall back to the default and are reported when they make no sense', () => {
    const { policy, ignored } = readTarget('http://h/#rc=9&rp=sometimes&rt=abc');
    expect(policy.retries).toBe(1);
    expect(policy.readTimeoutMs).toBe(15000);
    expect(policy.retryOn).toEqual(new Set(['ct']));
    expect(ignored).toEqual(['rt=abc', 'rc=9', 'rp=sometimes']);
  });
});
