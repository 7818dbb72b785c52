/** What a run found, for the terminal and as a file. */
import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { projectRoot } from '../lib/project.mjs';
import { say } from '../lib/terminal.mjs';
import { keepEvidence } from './evidence.mjs';
import { FIRST_CLAIM_MS } from './first-claims.mjs';
import { countsOf } from './run.mjs';

const SHOWN = 20;

/** @typedef {import('./findings.mjs').Findings} Findings */

/**
 * @param {Findings} findings
 * @returns {Promise<number>} exit code
 */
export async function conclude(findings) {
  const { setting, violations, done } = findings;
  const { kills, restarts } = countsOf(done);
  const file = join(setting.folder, 'report.json');
  writeFileSync(file, `${JSON.stringify(asJson(findings), null, 2)}\n`);
  const lines = asText(findings);
  writeFileSync(join(setting.folder, 'report.txt'), `${lines.join('\n')}\n`);
  for (const line of lines) say(line);
  if (violations.length > 0) {
    await keepEvidence(findings);
    say(
      `\n  rows, events, the carrier's ledger and the workers' logs: ${relative(projectRoot, setting.folder)}`,
    );
  }
  say(`\n  report: ${relative(projectRoot, file)}`);
  say(
    `chaos seed ${setting.seed} violations ${violations.length} kills ${kills} database-restarts ${restarts}`,
  );
  return violations.length === 0 ? 0 : 1;
}

/** @param {Findings} findings */
function asText({ setting, verdict, ledger, stored, promised, summary, ...found }) {
  const { done, callers, invariants, drained, violations } = found;
  const { contacts, attempts } = stored.state;
  const statuses = promised.filter(({ kind }) => kind === 'status').length;
  const turns = promised.filter(({ said }) => said === 'prompt');
  const withKeys = turns.filter(({ keys }) => keys !== '').length;
  return [
    '',
    `Chaos, seed ${setting.seed}, commit ${commit()}, ${setting.workers} workers, ${setting.minutes} min`,
    `  ${contacts.length} contacts, ${attempts.length} attempts, ${found.events} events; ` +
      `${ledger.creates.length} creates, ${ledger.calls.length} calls, at most ${summary.maxLive} at once`,
    `  outcomes: ${tally(attempts.map(({ outcome }) => outcome ?? 'none'))}`,
    `  contacts: ${tally(contacts.map(({ state, disposition }) => `${state}/${disposition}`))}`,
    '  faults:',
    ...table(done.map(({ against, kind }) => `${against}: ${kind}`)),
    ...table(carrierFaults(found.entries).map((name) => `at the carrier: ${name}`)),
    ...table(Array.from({ length: found.skewed }, () => 'workers started with a wrong clock')),
    ...found.skipped.map((why) => `    skipped: ${why}`),
    '  checks:',
    `    given to the carrier twice, limits passed   ${verdict.twice.length}`,
    `    acknowledged webhooks lost                  ${verdict.lostWebhooks.length} of ${statuses}`,
    `    acknowledged turns lost                     ${verdict.lostAnswers.length} of ${turns.length} (${withKeys} with keys)`,
    `    contacts or attempts not final              ${verdict.notFinal.length} (${drained.seconds.toFixed(0)} s after the last fault)`,
    `    calls that no attempt owns                  ${verdict.lateCalls}, not recorded ${verdict.uncountedLateCalls.length}`,
    `    rows that do not say what happened          ${verdict.untrue.length}`,
    `    invariants broken                           ${invariants.broken.length} of ${invariants.checked}`,
    `    workers that ended by themselves            ${found.accidents.length}, before they were ready ${found.failedStarts.length}`,
    `  callers who needed an answer in ${callers.outages} outages of the database (under 15 s, nothing else wrong): ` +
      `${callers.waited}, kept ${callers.kept}, lost ${callers.lost.length}`,
    '  until the next claim:',
    ...measures(found.measured),
    ...(violations.length > 0 ? ['', `  ${violations.length} violations:`] : []),
    ...violations.slice(0, SHOWN).map((text) => `    ! ${text}`),
    ...(violations.length > SHOWN ? [`    … ${violations.length - SHOWN} more in the report`] : []),
  ];
}

/** @param {Findings['measured']} measured */
function measures(measured) {
  const kinds = [...new Set(measured.map(({ what }) => what))].sort((a, b) => (a < b ? -1 : 1));
  return kinds.map((what) => {
    const all = measured.filter((one) => one.what === what);
    const free = all.filter(({ hindered }) => hindered === null);
    const times = free.map(({ ms }) => ms ?? Infinity).sort((a, b) => a - b);
    const over = times.filter((ms) => ms > FIRST_CLAIM_MS).length;
    const longest = `median ${seconds(times[Math.floor(times.length / 2)])}, longest ${seconds(times.at(-1))}, ${over} over 5 s`;
    const others = tally(all.flatMap(({ hindered }) => (hindered === null ? [] : [hindered])));
    return (
      `    ${what.padEnd(36)} ${String(free.length).padStart(3)} times` +
      (times.length > 0 ? `: ${longest}` : '') +
      (others === '' ? '' : ` (nobody could be claimed: ${others})`)
    );
  });
}

/** @param {number | undefined} ms */
function seconds(ms) {
  return ms === undefined || ms === Infinity ? 'never' : `${(ms / 1_000).toFixed(1)} s`;
}

/** @param {Findings} findings */
function asJson({ setting, entries, ledger, stored, promised, done, ...found }) {
  const { seed, workers, minutes } = setting;
  return {
    command: `npm run chaos -- --workers ${workers} --minutes ${minutes} --seed ${seed}`,
    commit: commit(),
    node: process.version,
    at: new Date().toISOString(),
    counts: {
      contacts: stored.state.contacts.length,
      attempts: stored.state.attempts.length,
      creates: ledger.creates.length,
      calls: ledger.calls.length,
      acknowledged: promised.length,
      ...countsOf(done),
    },
    carrierFaults: Object.fromEntries(counted(carrierFaults(entries))),
    ...found,
    faults: done,
  };
}

/**
 * @param {Findings['entries']} entries
 * @returns {string[]}
 */
function carrierFaults(entries) {
  return entries
    .filter(({ type, fault }) => fault && (type === 'create.answered' || type === 'callback.fault'))
    .map(({ fault }) => String(fault));
}

/** @param {string[]} words */
function counted(words) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

/** @param {string[]} words */
function table(words) {
  return [...counted(words)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([word, count]) => `    ${String(count).padStart(5)}  ${word}`);
}

/** @param {string[]} words */
function tally(words) {
  return [...counted(words)]
    .sort(([, one], [, other]) => other - one)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ');
}

function commit() {
  const git = (/** @type {string[]} */ ...words) =>
    spawnSync('git', words, { cwd: projectRoot, encoding: 'utf8' });
  const head = git('rev-parse', '--short', 'HEAD');
  if (head.status !== 0) return 'unknown';
  const changed = git('status', '--porcelain', '--', 'src', 'migrations').stdout?.trim();
  return `${head.stdout.trim()}${changed ? ' with changes' : ''}`;
}
