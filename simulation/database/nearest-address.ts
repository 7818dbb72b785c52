import { existsSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';

interface Server {
  id: string;
  startedAt: string;
  directories: string;
  port: string;
}

/**
 * The same database by the server's Unix socket, if it has one that this process may use: a run consists of thousands of
 * small statements, and each is about a sixth cheaper there than over TCP. Otherwise the address as it was.
 */
export async function nearestAddress(url: string): Promise<string> {
  if (!['localhost', '127.0.0.1'].includes(new URL(url).hostname)) return url;
  const server = await ask(url);
  for (const directory of server.directories.split(',').map((entry) => entry.trim())) {
    if (directory === '' || !existsSync(join(directory, `.s.PGSQL.${server.port}`))) continue;
    const socket = new URL(url);
    socket.searchParams.set('host', directory);
    socket.searchParams.set('port', server.port);
    // Behind a forwarded port there may be another machine, whose socket would only have the same name.
    const same = await ask(socket.href).catch(() => null);
    if (same?.id === server.id && same.startedAt === server.startedAt) return socket.href;
  }
  return url;
}

async function ask(url: string): Promise<Server> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<Server>(
      `SELECT (SELECT system_identifier::text FROM pg_control_system()) AS id,
              pg_postmaster_start_time()::text AS "startedAt",
              current_setting('unix_socket_directories') AS directories, current_setting('port') AS port`,
    );
    return rows[0]!;
  } finally {
    await client.end();
  }
}
