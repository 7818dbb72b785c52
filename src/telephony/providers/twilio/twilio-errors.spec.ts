import { describe, expect, it } from 'vitest';
import { classifyCreateFailure } from './twilio-errors.js';

const rest = (status: number, code?: number) => Object.assign(new Error('rest'), { status, code });
const transport = (code: string) => Object.assign(new Error('axios'), { code, isAxiosError: true });

describe('a failed create request', () => {
  it.each([
    ['a server error', rest(500, 20500)],
    ['a gateway error without a body', rest(502)],
    ['an unavailable service', rest(503, 20503)],
    ['a response that cannot be parsed', new SyntaxError('Unexpected end of JSON input')],
    ['a timeout', transport('ECONNABORTED')],
    ['a reset connection', transport('ECONNRESET')],
    ['a broken pipe', transport('EPIPE')],
    ['a request timeout said by a proxy', rest(408)],
    ['something never seen', undefined],
  ])('is unknown after %s: the call may have been placed', (_what, error) => {
    expect(classifyCreateFailure(error).kind).toBe('unknown');
  });

  it.each([
    'ECONNREFUSED',
    'ENOTFOUND',
    'EAI_AGAIN',
    'EHOSTUNREACH',
    'ENETUNREACH',
    'CERT_HAS_EXPIRED',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ])('was not sent when the connection was never made: %s', (code) => {
    expect(classifyCreateFailure(transport(code))).toEqual({ kind: 'not_sent', reason: code });
  });

  it.each([
    [429, 20429],
    [400, 10004],
    [429, undefined],
  ])('may be sent again when it was refused unprocessed: %s %s', (status, code) => {
    expect(classifyCreateFailure(rest(status, code)).kind).toBe('throttled');
  });

  it.each([
    [401, 20003, 'configuration'],
    [400, 21210, 'caller_id'],
    [400, 21212, 'caller_id'],
    [400, 21205, 'configuration'],
    [403, undefined, 'configuration'],
    [404, undefined, 'configuration'],
    [400, 21211, 'number'],
    [400, 21217, 'number'],
    [400, 21215, 'policy'],
    [400, 21216, 'policy'],
    [400, 21214, 'unreachable'],
    [400, 99999, 'unreachable'],
  ])('is rejected by %s %s as %s', (status, code, cause) => {
    expect(classifyCreateFailure(rest(status, code))).toMatchObject({ kind: 'rejected', cause });
  });

  it('never lets the credentials through', () => {
    const error = Object.assign(transport('ECONNABORTED'), {
      config: { headers: { Authorization: 'Basic c2VjcmV0' } },
    });
    expect(JSON.stringify(classifyCreateFailure(error))).not.toContain('c2VjcmV0');
  });
});
