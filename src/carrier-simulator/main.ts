import { createCarrier, type CarrierSimulator } from './carrier.js';
import { EnvironmentError, readEnvironment } from './environment.js';

/** The carrier as a process of its own: one JSON line when it is ready, a clean stop on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  let carrier: CarrierSimulator | undefined;
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    carrier?.stop().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  try {
    carrier = createCarrier(readEnvironment(process.env));
    const { url } = await carrier.start();
    console.log(JSON.stringify({ event: 'carrier.listening', url, pid: process.pid }));
  } catch (error) {
    fail(error);
  }
}

function fail(error: unknown): void {
  for (const line of linesOf(error)) console.error(`carrier: ${line}`);
  process.exit(1);
}

function linesOf(error: unknown): readonly string[] {
  if (error instanceof EnvironmentError) return error.problems;
  if (!(error instanceof Error)) return [String(error)];
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE')
    return [`port ${process.env['CARRIER_PORT']} is in use: set CARRIER_PORT to a free one, or to 0 for any`];
  return [error.message];
}

await main();
