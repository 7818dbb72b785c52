import type { ClientBase } from 'pg';
import { DataSource } from 'typeorm';

/**
 * A pool of its own for one purpose. A request that finds no connection within three seconds fails instead of queueing
 * up; errors of idle connections are logged by the driver and never end the process.
 */
export async function openPool(
  url: string,
  purpose: string,
  size: number,
  answerWithinMs = 6_000,
): Promise<DataSource> {
  const pool = new DataSource({
    type: 'postgres',
    url,
    applicationName: `voice-survey-agent:${purpose}`,
    poolSize: size,
    connectTimeoutMS: 3_000,
    extra: {
      // A farewell of the server that arrives together with its welcome meets a client nobody listens to yet: without
      // a listener of its own that is an uncaught error, and the end of the process.
      onConnect: (client: ClientBase) => void client.on('error', () => undefined),
      // A connection that died without a word never answers; longer than any statement may take, so that the server's
      // own limits come first. `Database` throws such a connection away.
      query_timeout: answerWithinMs,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    },
    poolErrorHandler: () => undefined,
    installExtensions: false,
  });
  return pool.initialize();
}
