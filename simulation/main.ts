import { parseArgs } from 'node:util';
import { Logger } from '@nestjs/common';
import { migrate } from '../src/shared/db/migrate.js';
import { FAULTS, type Fault } from './faults.js';
import { Laboratory } from './run-seed.js';
import type { RunReport } from './world.js';

const HELP = `Runs seeded simulations of the whole engine on a PostgreSQL of its own.

  --seed S        one run with this seed; printed in full when it fails
  --seeds A-B     all runs of a range
  --campaigns C   default 2
  --contacts N    default 24
  --workers W     default 3
  --faults LIST   all (default), none, or names: ${FAULTS.join(', ')}
  --trace         print every step
`;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    campaigns: { type: 'string', default: '2' },
    contacts: { type: 'string', default: '24' },
    workers: { type: 'string', default: '3' },
    faults: { type: 'string', default: 'all' },
    trace: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) process.stdout.write(HELP);
else process.exitCode = await simulate();

async function simulate(): Promise<number> {
  const url = process.env.SIMULATION_DATABASE_URL;
  if (url === undefined) throw new Error('run it with `npm run simulate`: it needs a database of its own');
  const kinds = faultsOf(values.faults);
  await migrate(url);
  Logger.overrideLogger(false);
  const laboratory = await Laboratory.open(url);
  const tell = values.trace ? (line: string) => void process.stdout.write(`${line}\n`) : undefined;
  const hashes: string[] = [];
  let violations = 0;
  try {
    for (const seed of seedsOf(values)) {
      const begun = performance.now();
      const report = await laboratory.run({
        seed,
        campaigns: Number(values.campaigns),
        contacts: Number(values.contacts),
        workers: Number(values.workers),
        faults: kinds,
        tell,
      });
      hashes.push(report.hash);
      violations += report.violations.length;
      print(report, performance.now() - begun);
    }
  } finally {
    await laboratory.close();
  }
  process.stdout.write(`trace ${hashes.length === 1 ? hashes[0] : await combined(hashes)} violations ${violations}\n`);
  return violations === 0 ? 0 : 1;
}

function print(report: RunReport, ms: number): void {
  const { seed, faultCount, calls, lateCalls, steps, virtualMs, violations } = report;
  const days = (virtualMs / 86_400_000).toFixed(1);
  process.stdout.write(
    `seed ${seed}: ${report.contacts} contacts, ${calls} calls (${lateCalls} late), ${faultCount} faults, ${steps} steps, ${days} days in ${(ms / 1_000).toFixed(1)} s, ${report.hash.slice(0, 12)} ${JSON.stringify(report.givenUp)}\n`,
  );
  if (violations.length === 0) return;
  process.stdout.write(`${report.lastSteps.join('\n')}\n`);
  for (const violation of violations) process.stdout.write(`  VIOLATION ${violation}\n`);
  process.stdout.write(
    `  replay: npm run simulate -- --seed ${seed} --campaigns ${values.campaigns} --contacts ${values.contacts} --workers ${values.workers} --faults ${values.faults} --trace\n`,
  );
}

async function combined(hashes: string[]): Promise<string> {
  const { createHash } = await import('node:crypto');
  return createHash('sha256').update(hashes.join('\n')).digest('hex');
}

function seedsOf({ seed, seeds }: { seed?: string; seeds?: string }): string[] {
  if (seeds === undefined) return [seed ?? '1'];
  const [from, to] = seeds.split('-').map(Number);
  if (!Number.isInteger(from) || !Number.isInteger(to)) throw new Error('--seeds needs a range such as 1-100');
  return Array.from({ length: to! - from! + 1 }, (_, index) => String(from! + index));
}

function faultsOf(list: string): ReadonlySet<Fault> {
  if (list === 'all') return new Set(FAULTS);
  if (list === 'none') return new Set();
  const names = list.split(',');
  const unknown = names.filter((name) => !(FAULTS as readonly string[]).includes(name));
  if (unknown.length > 0) throw new Error(`no such fault: ${unknown.join(', ')}; there are ${FAULTS.join(', ')}`);
  return new Set(names as Fault[]);
}
