import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classifyCreateFailure } from './twilio-errors.js';

const rest = (status: number, code?: number) => Object.assign(new Error('rest'), { status, code });
/** As the HTTP client wraps what the operating system or TLS reported. */
const transport = (code: string, syscall?: string, more: object = {}) =>
  Object.assign(new Error('axios'), { code, isAxiosError: true, cause: { code, syscall }, ...more });

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
    ['ECONNREFUSED', 'connect'],
    ['ENOTFOUND', 'getaddrinfo'],
    ['EAI_AGAIN', 'getaddrinfo'],
    ['EHOSTUNREACH', 'connect'],
    ['ENETUNREACH', 'connect'],
    ['CERT_HAS_EXPIRED', undefined],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', undefined],
    ['ERR_TLS_CERT_ALTNAME_INVALID', undefined],
  ])('was not sent when the connection was never made: %s of %s', (code, syscall) => {
    expect(classifyCreateFailure(transport(code, syscall))).toEqual({ kind: 'not_sent', reason: code });
  });

  it.each([
    ['ECONNREFUSED', 'read'],
    ['ECONNREFUSED', 'write'],
    ['ECONNREFUSED', undefined],
    ['EHOSTUNREACH', 'read'],
    ['ENETUNREACH', 'write'],
    ['ECONNRESET', 'connect'],
    ['ETIMEDOUT', 'connect'],
    ['ERR_TLS_RENEGOTIATION_DISABLED', undefined],
  ])('is unknown when bytes may have left before it broke: %s of %s', (code, syscall) => {
    expect(classifyCreateFailure(transport(code, syscall)).kind).toBe('unknown');
  });

  it('was not sent only when every address of the carrier was out of reach', () => {
    const refused = { code: 'ECONNREFUSED', syscall: 'connect' };
    const aggregate = (...errors: object[]) =>
      transport('ECONNREFUSED', undefined, { cause: { code: 'ECONNREFUSED', errors } });
    expect(classifyCreateFailure(aggregate(refused, { code: 'ENETUNREACH', syscall: 'connect' })).kind).toBe(
      'not_sent',
    );
    expect(classifyCreateFailure(aggregate(refused, { code: 'ECONNRESET', syscall: 'read' })).kind).toBe(
      'unknown',
    );
  });

  it('does not take what an answer says of another connection for its own', () => {
    const inTheBody = Object.assign(new Error('rest'), {
      status: 502,
      code: 'ECONNREFUSED',
      syscall: 'connect',
    });
    expect(classifyCreateFailure(inTheBody).kind).toBe('unknown');
    const withAnswer = transport('ECONNREFUSED', 'connect', { status: 502, response: { status: 502 } });
    expect(classifyCreateFailure(withAnswer).kind).toBe('unknown');
  });

  it('is safe to send again only when it was never sent or refused in so many words, whatever is thrown', () => {
    const codes = [
      'ECONNREFUSED',
      'ENOTFOUND',
      'ECONNRESET',
      'EPIPE',
      'ECONNABORTED',
      'CERT_HAS_EXPIRED',
      'DEADLINE',
    ];
    const code = fc.oneof(
      fc.constantFrom<unknown>(...codes, undefined, null, '', '20429', '21211'),
      fc.integer({ min: 0, max: 99_999 }),
      fc.constantFrom(20003, 20429, 10004, 20500, 21210, 21211, 21214, 21215),
    );
    const status = fc.oneof(
      fc.constant(undefined),
      fc.integer({ min: 0, max: 700 }),
      fc.constantFrom(429, 400, 201),
    );
    const failure = fc.record({
      isAxiosError: fc.constantFrom(true, undefined),
      status,
      code,
      response: fc.constantFrom(undefined, {}),
      cause: fc.record({
        code,
        syscall: fc.constantFrom('connect', 'getaddrinfo', 'read', 'write', undefined),
      }),
    });
    fc.assert(
      fc.property(fc.oneof(failure, fc.anything()), (error) => {
        const seen = (error ?? {}) as {
          isAxiosError?: boolean;
          status?: number;
          response?: object;
          cause?: { syscall?: string };
        };
        const certainly = {
          unknown: true,
          not_sent:
            seen.isAxiosError === true &&
            seen.response === undefined &&
            ['connect', 'getaddrinfo', undefined].includes(seen.cause?.syscall),
          throttled: seen.isAxiosError === undefined && Math.floor(seen.status! / 100) === 4,
          rejected: seen.isAxiosError === undefined && Math.floor(seen.status! / 100) === 4,
        };
        expect(certainly[classifyCreateFailure(error).kind]).toBe(true);
      }),
      { numRuns: 20_000 },
    );
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
    [404, 20404, 'configuration'],
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
