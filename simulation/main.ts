import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { migrate } from '../src/shared/db/migrate.js';
import { FAULTS, type Fault } from './faults.js';
import { Laboratory } from './run-seed.js';
import type { RunReport } from './run-report.js';

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    campaigns: { type: 'string', default: '2' },
    contacts: { type: 'string', default: '24' },
    workers: { type: 'string', default: '3' },
    faults: { type: 'string', default: 'all' },
    report: { type: 'string' },
    stop: { type: 'boolean', default: false },
    trace: { type: 'boolean', default: false },
  },
});

try {
  process.exitCode = await simulate();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 2;
}

/** Runs one seed after the other; the last line says what they did and whether anything was wrong. */
async function simulate(): Promise<number> {
  const url = process.env.SIMULATION_DATABASE_URL;
  if (url === undefined) throw new Error('Run it with `npm run simulate`: it needs a database of its own.');
  const [seeds, faults] = [seedsOf(), faultsOf(values.faults)];
  await migrate(url);
  const laboratory = await Laboratory.open(url);
  const hashes: string[] = [];
  let violations = 0;
  for (const seed of seeds) {
    const begun = performance.now();
    const report = await laboratory.run({
      seed,
      campaigns: Number(values.campaigns),
      contacts: Number(values.contacts),
      workers: Number(values.workers),
      faults,
      tell: values.trace ? (line) => void process.stdout.write(`${line}\n`) : undefined,
    });
    hashes.push(report.hash);
    violations += report.violations.length;
    print(report, performance.now() - begun);
    if (values.report !== undefined) {
      appendFileSync(values.report, `${JSON.stringify({ ...report, lastSteps: undefined })}\n`);
    }
    if (values.stop && violations > 0) break;
  }
  await laboratory.close();
  const all = createHash('sha256').update(hashes.join('\n')).digest('hex');
  process.stdout.write(`trace ${hashes.length === 1 ? hashes[0] : all} violations ${violations}\n`);
  return violations === 0 ? 0 : 1;
}

function print(report: RunReport, ms: number): void {
  const { seed, contacts, faultCount, calls, lateCalls, steps, virtualMs, violations } = report;
  const days = (virtualMs / 86_400_000).toFixed(1);
  const seconds = (ms / 1_000).toFixed(1);
  process.stdout.write(
    `seed ${seed}: ${contacts} contacts, ${calls} calls (${lateCalls} late), ${faultCount} faults, ${steps} steps, ` +
      `${days} days in ${seconds} s, trace ${report.hash.slice(0, 12)}\n`,
  );
  if (violations.length === 0) return;
  if (!values.trace) process.stdout.write(`${report.lastSteps.join('\n')}\n`);
  for (const violation of violations) process.stdout.write(`  VIOLATION ${violation}\n`);
  const { campaigns, workers, faults } = values;
  process.stdout.write(
    `  replay: npm run simulate -- --seed ${seed} --campaigns ${campaigns} --contacts ${contacts} --workers ${workers} --faults ${faults} --trace\n`,
  );
}

function seedsOf(): string[] {
  if (values.seeds === undefined) return [values.seed ?? '1'];
  const [from, to] = values.seeds.split('-').map(Number);
  if (!Number.isInteger(from) || !Number.isInteger(to) || from! > to!)
    throw new Error('--seeds needs a range such as 1-100');
  return Array.from({ length: to! - from! + 1 }, (_, index) => String(from! + index));
}

function faultsOf(list: string): ReadonlySet<Fault> {
  if (list === 'all') return new Set(FAULTS);
  if (list === 'none') return new Set();
  const names = list.split(',');
  const unknown = names.filter((name) => !(FAULTS as readonly string[]).includes(name));
  if (unknown.length > 0)
    throw new Error(`There is no fault ${unknown.join(', ')}; there are all, none, ${FAULTS.join(', ')}.`);
  return new Set(names as Fault[]);
}
