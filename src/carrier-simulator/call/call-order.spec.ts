import { describe, expect, it } from 'vitest';
import { ApiError } from '../rest/api-error.js';
import { readCallOrder } from './call-order.js';

const form = { To: '+12025550123', From: '+12025550199', Url: 'https://example.com/voice?attempt=1#rc=2' };

describe('a create request', () => {
  it('has the defaults of the API', () => {
    expect(readCallOrder(form)).toEqual({
      to: '+12025550123',
      from: '+12025550199',
      voice: { url: form.Url, method: 'POST' },
      fallback: null,
      statusCallback: null,
      ringSeconds: 60,
      timeLimitSeconds: 14400,
      machineDetection: null,
    });
  });

  it('reports only the end of a call unless events are named', () => {
    const StatusCallback = 'https://example.com/status';
    expect(readCallOrder({ ...form, StatusCallback }).statusCallback?.events).toEqual(['completed']);
    const StatusCallbackEvent = ['completed', 'initiated', 'answered', 'unheard-of'];
    expect(readCallOrder({ ...form, StatusCallback, StatusCallbackEvent }).statusCallback?.events).toEqual([
      'initiated',
      'answered',
      'completed',
    ]);
    const joined = { StatusCallback, StatusCallbackEvent: 'initiated ringing' };
    expect(readCallOrder({ ...form, ...joined }).statusCallback?.events).toEqual([]);
  });

  it('prefers Url over Twiml and reads detection, timeouts and methods', () => {
    const order = readCallOrder({
      ...form,
      Twiml: '<Response/>',
      Method: 'GET',
      FallbackUrl: 'https://example.com/fallback',
      Timeout: '25',
      TimeLimit: '600',
      MachineDetection: 'Enable',
      AsyncAmd: 'true',
      AsyncAmdStatusCallback: 'https://example.com/amd',
    });
    expect(order).toMatchObject({
      voice: { url: form.Url, method: 'GET' },
      fallback: { url: 'https://example.com/fallback', method: 'POST' },
      ringSeconds: 25,
      timeLimitSeconds: 600,
      machineDetection: { mode: 'Enable', asynchronous: true, timeoutSeconds: 30 },
    });
  });

  it.each([
    [21201, { To: '' }],
    [21213, { From: '' }],
    [21211, { To: '3335555555' }],
    [21212, { From: 'client:me' }],
    [21217, { To: '+15005550001' }],
    [21214, { To: '+15005550002' }],
    [21215, { To: '+15005550003' }],
    [21216, { To: '+15005550004' }],
    [21212, { From: '+15005550001' }],
    [21210, { From: '+15005550007' }],
    [21205, { Url: '' }],
    [21205, { Url: '/voice' }],
    [21205, { Url: 'ftp://example.com/voice' }],
    [21205, { FallbackUrl: 'nowhere' }],
    [21609, { StatusCallback: 'http://my_host/status' }],
    [21218, { Url: '', ApplicationSid: 'AP1' }],
    [32018, { Url: '', Twiml: 'x'.repeat(4001) }],
  ])('is refused with %i for %o', (code, changed) => {
    const refused = () => readCallOrder({ ...form, ...changed });
    expect(refused).toThrow(ApiError);
    expect(refused).toThrow(expect.objectContaining({ code, status: 400 }));
  });

  it('accepts the magic number that always works', () => {
    expect(readCallOrder({ ...form, From: '+15005550006' }).from).toBe('+15005550006');
  });
});
