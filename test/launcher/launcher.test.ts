import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, inject, it } from 'vitest';
import { simulatorEnvironment } from '../../scripts/lib/carrier-process.mjs';
import { createDatabase, dropDatabase, withClient } from '../../scripts/lib/databases.mjs';
import { usesSimulator, withoutConfiguration } from '../../scripts/lib/environment.mjs';
import { withFileLock } from '../../scripts/lib/file-lock.mjs';
import { portFrom, requireFreePort } from '../../scripts/lib/preflight.mjs';
import { isAlive } from '../../scripts/lib/process-table.mjs';
import { startNode } from '../../scripts/lib/processes.mjs';
import { supervise } from '../../scripts/lib/supervision.mjs';
import { Environment } from '../../src/shared/environment/environment.js';
import { runNode } from './throwaway-clone.js';

const projectRoot = join(import.meta.dirname, '..', '..');
const folder = mkdtempSync(join(tmpdir(), 'launcher-test-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('before anything slow', () => {
  it.each(['start', 'test', 'check', 'sql', 'db'])(
    '%s tells a Node that is too old in one line',
    async (script) => {
      const pretend = `data:text/javascript,Object.defineProperty(process,'versions',{value:{node:'18.20.0'}})`;
      const { code, output } = await runNode(['--import', pretend, `scripts/${script}.mjs`]);
      expect(code).toBe(1);
      expect(output.trim()).toMatch(/^VoiceSurveyAgent needs Node 20\.19 or newer.*$/);
    },
  );

  it('names the busy port and another one', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, '127.0.0.1', () => {
        const address = taken.address();
        resolve(address !== null && typeof address === 'object' ? address.port : 0);
      });
    });
    await expect(requireFreePort(port)).rejects.toThrow(`PORT=${port + 1} npm start`);
    await new Promise((resolve) => taken.close(resolve));
    await expect(requireFreePort(port)).resolves.toBeUndefined();
  });

  it.each(['abc', '0', '65536', '8880x', '80.5'])('refuses PORT=%s', (text) => {
    expect(() => portFrom(text)).toThrow(/PORT must be a whole number/);
  });
});

describe('the carrier that npm start chooses', () => {
  it.each([
    [{}, true],
    [{ DATABASE_URL: 'postgres://x' }, false],
    [{ TWILIO_FROM_NUMBER: '+12025550100' }, false],
    [{ TELEPHONY_PROVIDER: 'simulator', DATABASE_URL: 'postgres://x', TWILIO_ACCOUNT_SID: 'AC1' }, true],
    [{ TELEPHONY_PROVIDER: 'twilio' }, false],
  ])('with %o is the simulator: %s', (env, simulated) => {
    expect(usesSimulator(env)).toBe(simulated);
  });

  it('never hands keys of a real account to the simulated one', () => {
    const real = {
      TWILIO_ACCOUNT_SID: 'ACreal',
      TWILIO_AUTH_TOKEN: 'real',
      TWILIO_API_KEY_SID: 'SKreal',
      TWILIO_API_KEY_SECRET: 'real',
    };
    const env = simulatorEnvironment(
      real,
      { port: 4000, accountSid: 'ACsimulated', authToken: 'simulated' },
      'http://127.0.0.1:8880',
    );
    expect(JSON.stringify(env)).not.toContain('real');
    expect(env).toMatchObject({
      TELEPHONY_PROVIDER: 'simulator',
      TWILIO_API_BASE_URL: 'http://127.0.0.1:4000',
    });
  });

  it('can be configured by .env.example alone: every variable of the application stands there', () => {
    const example = readFileSync(join(projectRoot, '.env.example'), 'utf8');
    const missing = Object.keys(new Environment()).filter((name) => !example.includes(`\n#${name}=`));
    expect(missing).toEqual([]);
  });

  it('is invisible to the tests, as is every documented variable', () => {
    const documented = readFileSync(join(projectRoot, '.env.example'), 'utf8').matchAll(/^#([A-Z_]+)=/gm);
    const names = [...documented].map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThan(15);
    const env = Object.fromEntries([...names, 'TWILIO_EDGE', 'PGHOST'].map((name) => [name, 'x']));
    expect(withoutConfiguration({ ...env, PATH: '/bin' })).toEqual({ PATH: '/bin' });
  });
});

describe('the file lock', () => {
  it('lets one in at a time', async () => {
    let inside = 0;
    let most = 0;
    const enter = () =>
      withFileLock(join(folder, 'one'), async () => {
        most = Math.max(most, ++inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside--;
      });
    await Promise.all([enter(), enter(), enter()]);
    expect(most).toBe(1);
  });

  it('is taken from a holder that died', async () => {
    const dead = startNode(['-e', '']);
    await dead.exited;
    writeFileSync(join(folder, 'two'), `${dead.pid} 1`);
    await expect(withFileLock(join(folder, 'two'), async () => 'mine', { timeoutMs: 5_000 })).resolves.toBe(
      'mine',
    );
  });

  it('refuses at once, naming the holder, when it is told not to wait', async () => {
    await withFileLock(join(folder, 'three'), async () => {
      const second = withFileLock(join(folder, 'three'), async () => {}, {
        timeoutMs: 0,
        busy: (holder) => `process ${holder} is here`,
      });
      await expect(second).rejects.toThrow(`process ${process.pid} is here`);
    });
  });
});

describe('a child process', () => {
  it('that ignores SIGTERM is killed with everything below it when its grace is over', async () => {
    const script = `
      const { spawn } = require('node:child_process');
      process.on('SIGTERM', () => {});
      const below = spawn(process.execPath, ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1000)']);
      console.log(below.pid);
      setInterval(() => {}, 1000);`;
    const running = startNode(['-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
    const below = await new Promise<number>((resolve) =>
      running.child.stdout?.once('data', (text) => resolve(Number(text))),
    );
    const { signal } = await running.stop(100);
    expect(signal).toBe('SIGKILL');
    await expect.poll(() => isAlive(below)).toBe(false);
  });

  it('is started again when it dies, and not when it is stopped', async () => {
    const pids: number[] = [];
    const launch = () => {
      const running = startNode(['-e', 'console.log("up"); setInterval(() => {}, 1000)'], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      pids.push(running.pid);
      return running;
    };
    const server = supervise(
      'server',
      launch,
      ({ child }) => new Promise((resolve) => child.stdout?.once('data', () => resolve())),
    );
    await server.ready;
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await expect.poll(() => pids.length, { timeout: 10_000 }).toBe(2);
    await server.stop(1_000);
    expect(pids.map(isAlive)).toEqual([false, false]);
    expect(pids).toHaveLength(2);
  });

  it('that ends by itself before it was ever ready is not tried again', async () => {
    let launches = 0;
    const launch = () => {
      launches++;
      return startNode(['-e', 'process.exit(3)']);
    };
    const server = supervise('server', launch, () => new Promise(() => {}));
    await expect(server.failed).rejects.toThrow('The server did not start (exit code 3).');
    expect(launches).toBe(1);
  });

  it('that serves ends when its launcher is killed', async () => {
    const processes = join(projectRoot, 'scripts', 'lib', 'processes.mjs');
    const server = join(folder, 'server.mjs');
    writeFileSync(server, 'process.send?.(1); setInterval(() => {}, 1000);');
    const launcher = `
      const { startService } = await import(${JSON.stringify(processes)});
      const { pid } = startService(${JSON.stringify(server)}, { env: process.env, stdio: 'ignore' });
      console.log(pid);`;
    const launching = runNode(['--input-type=module', '-e', launcher]);
    const pid = await new Promise<number>((resolve) =>
      launching.child.stdout?.once('data', (text) => resolve(Number(text))),
    );
    expect(isAlive(pid)).toBe(true);
    launching.child.kill('SIGKILL');
    await expect.poll(() => isAlive(pid), { timeout: 10_000 }).toBe(false);
  });
});

describe('a rehearsal on the server of DATABASE_URL', () => {
  const { adminUrl } = inject('database');

  it('works in a database of its own, drops it, and leaves the named one as it was', async () => {
    const name = `precious_${process.pid}`;
    const url = await createDatabase(adminUrl, name);
    try {
      await withClient(url, (client) => client.query('CREATE TABLE contacts AS SELECT 1 AS id'));
      const helper = join(projectRoot, 'scripts', 'lib', 'test-database.mjs');
      const script = `
        const { withOwnDatabase } = await import(${JSON.stringify(helper)});
        const { withClient } = await import(${JSON.stringify(join(projectRoot, 'scripts', 'lib', 'databases.mjs'))});
        await withOwnDatabase(async ({ url, name, cluster }) => {
          await withClient(url, (client) => client.query('CREATE TABLE contacts (id int); DROP TABLE contacts'));
          console.log(name, cluster);
        }, { purpose: 'rehearsal' });`;
      const { output } = await runNode(['--input-type=module', '-e', script], {
        ...process.env,
        DATABASE_URL: url,
      });
      const [own, cluster] = output.trim().split(' ');
      expect(own).toMatch(/^voice_survey_rehearsal_/);
      expect(cluster).toBe('undefined');
      const left = await withClient(adminUrl, (client) =>
        client.query('SELECT FROM pg_database WHERE datname = $1', [own]),
      );
      expect(left.rowCount).toBe(0);
      const { rows } = await withClient(url, (client) => client.query('SELECT id FROM contacts'));
      expect(rows).toEqual([{ id: 1 }]);
    } finally {
      await dropDatabase(adminUrl, name);
    }
  });
});
