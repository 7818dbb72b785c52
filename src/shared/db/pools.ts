import { DataSource } from 'typeorm';

/**
 * A pool of its own for one purpose. A request that finds no connection within three seconds fails instead of queueing
 * up; errors of idle connections are logged by the driver and never end the process.
 */
export async function openPool(url: string, purpose: string, size: number): Promise<DataSource> {
  const pool = new DataSource({
    type: 'postgres',
    url,
    applicationName: `voice-survey-agent:${purpose}`,
    poolSize: size,
    connectTimeoutMS: 3_000,
    // Without these a dead database host would be noticed only after hours.
    extra: { keepAlive: true, keepAliveInitialDelayMillis: 10_000 },
    poolErrorHandler: () => undefined,
    installExtensions: false,
  });
  return pool.initialize();
}
