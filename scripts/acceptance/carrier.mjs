/** The carrier simulator as a process of its own, and what can be asked of it over HTTP. */
import { join } from 'node:path';
import { end, startServer } from './worker.mjs';

/**
 * @typedef {{ seq: number, at: string, type: string, [field: string]: any }} Entry of the ledger
 * @typedef {object} Carrier
 * @property {import('./worker.mjs').Server} server
 * @property {number} port
 * @property {Entry[]} entries those read so far
 * @property {() => Promise<Entry[]>} read takes in what the ledger has gained; the same list, longer
 * @property {() => Promise<any>} summary
 * @property {(people: object) => Promise<void>} setPeople
 * @property {(rules: object[]) => Promise<void>} setFaults
 */

/**
 * @param {{ accountSid: string, authToken: string, seed: string, speed: number, folder: string, name: string, env: NodeJS.ProcessEnv, signal: AbortSignal, build?: string }} options build: folder of the compiled application
 * @returns {Promise<Carrier>}
 */
export async function startCarrier({
  accountSid,
  authToken,
  seed,
  speed,
  folder,
  name,
  env,
  signal,
  build = 'dist',
}) {
  /** @type {(port: number) => void} */
  let listening = () => {};
  /** @type {Promise<number>} */
  const listens = new Promise((resolve) => (listening = resolve));
  const server = startServer(
    name,
    `${build}/src/carrier-simulator/main.js`,
    {
      ...env,
      CARRIER_ACCOUNT_SID: accountSid,
      CARRIER_AUTH_TOKEN: authToken,
      CARRIER_PORT: '0',
      CARRIER_SEED: seed,
      CARRIER_SPEED: String(speed),
      CARRIER_LEDGER: join(folder, `${name.replaceAll(' ', '-')}.jsonl`),
    },
    (line) => {
      const url = listeningUrl(line);
      if (url !== undefined) listening(Number(new URL(url).port));
    },
  );
  const ended = server.running.exited.then(() => {
    throw new Error(`the carrier ended before it listened: ${server.lines.join(' ')}`);
  });
  ended.catch(() => {});
  const stop = () => void end(server, 'SIGKILL').catch(() => {});
  signal.addEventListener('abort', stop);
  const port = await Promise.race([listens, ended]);
  const authorization = `Basic ${Buffer.from(`${accountSid}:${authToken}`).toString('base64')}`;

  /**
   * @param {string} path
   * @param {object} [body]
   */
  async function ask(path, body) {
    const response = await fetch(`http://127.0.0.1:${port}/simulator${path}`, {
      method: body === undefined ? 'GET' : 'PUT',
      headers: { authorization, ...(body && { 'content-type': 'application/json' }) },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.any([signal, AbortSignal.timeout(15_000)]),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`the carrier answered ${response.status} to ${path}: ${text}`);
    return text;
  }

  /** @type {Entry[]} */
  const entries = [];
  return {
    server,
    port,
    entries,
    async read() {
      const text = await ask(`/ledger?since=${entries.at(-1)?.seq ?? 0}`);
      // Two readers at once would both bring the same lines.
      const known = entries.at(-1)?.seq ?? 0;
      for (const line of text.split('\n').filter(Boolean)) {
        const entry = JSON.parse(line);
        if (entry.seq > known) entries.push(entry);
      }
      return entries;
    },
    summary: async () => JSON.parse(await ask('/summary')),
    setPeople: async (people) => void (await ask('/people', people)),
    setFaults: async (rules) => void (await ask('/faults', rules)),
  };
}

/** @param {string} line */
function listeningUrl(line) {
  try {
    const { event, url } = JSON.parse(line);
    return event === 'carrier.listening' ? String(url) : undefined;
  } catch {
    return undefined;
  }
}
