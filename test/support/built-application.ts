import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { API_KEY, AUTH_TOKEN, ACCOUNT_SID, CALLER_ID, freePort } from './installation.js';
import { waitFor } from './wait-for.js';

const MAIN = fileURLToPath(new URL('../../dist/src/main.js', import.meta.url));

export interface RunningApplication {
  process: ChildProcess;
  url: string;
  /** Standard output and error so far. */
  output(): string;
  /** Sends a signal and waits for the end; the exit code, or the signal that ended it. */
  end(signal: NodeJS.Signals): Promise<number | string>;
  api<T = Record<string, never>>(
    method: string,
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: T }>;
}

/** Starts the application as it is shipped, in a process of its own, and waits until it is ready. */
export async function runBuiltApplication(
  environment: { DATABASE_URL: string; TWILIO_API_BASE_URL: string } & Record<string, string>,
  options: { ready?: boolean } = {},
): Promise<RunningApplication> {
  if (!existsSync(MAIN))
    throw new Error('there is no build: run the suite with `npm test`, or `npm run build` first');
  const port = environment.PORT ?? String(await freePort());
  const child = spawn(process.execPath, [MAIN], {
    env: {
      PATH: process.env.PATH,
      NODE_ENV: 'test',
      PORT: port,
      TELEPHONY_PROVIDER: 'simulator',
      TWILIO_ACCOUNT_SID: ACCOUNT_SID,
      TWILIO_AUTH_TOKEN: AUTH_TOKEN,
      TWILIO_FROM_NUMBER: CALLER_ID,
      PUBLIC_BASE_URL: `http://127.0.0.1:${port}`,
      ADMIN_API_KEY: API_KEY,
      SCHEDULER_TICK_MS: '200',
      MAX_CONCURRENT_CALLS: '50',
      CALLS_PER_SECOND: '100',
      SETTLE_DELAY_MS: '300',
      CLAIM_STALE_MS: '1000',
      SILENT_CALL_MS: '1500',
      LOOKUP_INTERVAL_MS: '300',
      CREATE_TIMEOUT_MS: '3000',
      CREATE_GRACE_MS: '200',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | string>((resolve) =>
    child.on('exit', (code, signal) => resolve(signal ?? code ?? 0)),
  );
  const url = `http://127.0.0.1:${port}`;
  if (options.ready !== false) {
    await waitFor(
      'the application to be ready',
      async () => {
        if (child.exitCode !== null) throw new Error(`the application ended: ${output}`);
        return (await fetch(`${url}/health/ready`)).ok;
      },
      60_000,
    );
  }
  return {
    process: child,
    url,
    output: () => output,
    end: async (signal) => {
      child.kill(signal);
      return ended;
    },
    api: async (method, path, body) => {
      const response = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          'x-api-key': API_KEY,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      const text = await response.text();
      return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as never };
    },
  };
}
