/** A plain client of the API: what any integrator could write. */

const TIMEOUT_MS = 30_000;

/** A refusal of the API, told as its problem+json body tells it. */
export class ApiProblem extends Error {
  /**
   * @param {string} request
   * @param {number} status
   * @param {any} body
   */
  constructor(request, status, body) {
    super(problemText(request, status, body));
    this.name = 'ApiProblem';
    this.status = status;
  }
}

/**
 * @param {string} request such as `POST /campaigns`
 * @param {number} status
 * @param {any} body
 * @returns {string} the detail, and each field problem on a line of its own
 */
export function problemText(request, status, body) {
  const detail = body?.detail ?? body?.title ?? 'no details';
  const code = body?.code ? ` ${body.code}` : '';
  const problems = Array.isArray(body?.problems) ? body.problems : [];
  return [
    `${request} was answered ${status}${code}: ${detail}`,
    ...problems.map((/** @type {any} */ problem) => `  - ${problem.message ?? JSON.stringify(problem)}`),
  ].join('\n');
}

/**
 * @param {{ baseUrl: string, apiKey: string, signal?: AbortSignal }} options
 * @returns the JSON answers of `/api/v1`; other statuses than 2xx throw ApiProblem
 */
export function apiClient({ baseUrl, apiKey, signal }) {
  /**
   * @param {string} method
   * @param {string} path
   * @param {unknown} [body] an object is sent as JSON, a FormData as it is
   * @returns {Promise<any>}
   */
  async function request(method, path, body) {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const response = await fetch(`${baseUrl}/api/v1${path}`, {
      method,
      ...encoded(body, { 'x-api-key': apiKey }),
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await response.text();
    if (!response.ok) throw new ApiProblem(`${method} ${path}`, response.status, parsed(text));
    return parsed(text);
  }
  return {
    get: (/** @type {string} */ path) => request('GET', path),
    /**
     * @param {string} path
     * @param {unknown} [body]
     */
    post: (path, body) => request('POST', path, body),
  };
}

/** @typedef {ReturnType<typeof apiClient>} ApiClient */

/** @param {string} text */
function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/**
 * @param {unknown} body
 * @param {Record<string, string>} headers
 * @returns {{ headers: Record<string, string>, body?: FormData | string }}
 */
function encoded(body, headers) {
  if (body === undefined) return { headers };
  // Of a form fetch sets the type itself, with the boundary.
  if (body instanceof FormData) return { headers, body };
  return { headers: { ...headers, 'content-type': 'application/json' }, body: JSON.stringify(body) };
}
