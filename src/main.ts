import cluster from 'node:cluster';
import { createApplication } from './application.js';
import { migrate } from './shared/db/migrate.js';
import { type Environment, readEnvironment } from './shared/environment/environment.js';
import { createLogger } from './shared/logging/logger.js';
import { runWorkers } from './workers.js';

try {
  const environment = readEnvironment(process.env);
  if (cluster.isPrimary) await migrate(environment.DATABASE_URL);
  if (cluster.isPrimary && environment.WORKERS > 1) runWorkers(environment);
  else await serve(environment);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

async function serve(environment: Environment): Promise<void> {
  const log = createLogger(environment);
  // What libraries print by themselves becomes a log line like any other.
  // oxlint-disable-next-line no-console -- it is replaced, not used
  console.warn = (...words: unknown[]) => log.debug(words.join(' '), 'Library');
  process.on('unhandledRejection', (reason) => {
    // A promise nobody awaited is a defect of ours; the process is replaced rather than left in an unknown state.
    log.fatal(reason instanceof Error ? reason : String(reason), 'Process');
    process.exit(1);
  });
  const app = await createApplication(environment);
  await app.listen(environment.PORT, environment.HOST);
  const hours =
    environment.TELEPHONY_PROVIDER === 'simulator' ? 'none (simulated carrier)' : environment.LEGAL_HOURS;
  log.log(`${environment.WORKER_NAME} listens on ${await app.getUrl()}; legal hours: ${hours}`, 'Main');
}
