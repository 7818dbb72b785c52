/** The results of a campaign as text, from the bodies of `/results` and `/progress`. */

const BAR_WIDTH = 20;
const NAME_WIDTH = 40;
/** More values than this are shown as ranges. */
const MOST_ROWS = 12;
const RANGES = 6;
const RATES = /** @type {const} */ ([
  ['RR1', 'response'],
  ['COOP1', 'cooperation'],
  ['REF1', 'refusal'],
  ['CON1', 'contact'],
]);

/**
 * @param {any} results
 * @param {any} progress
 * @returns {string}
 */
export function resultsReport(results, progress) {
  const { contacts, calls } = progress;
  return [
    `Results of "${results.name}"${results.simulated ? ' (simulated: people and answers are invented)' : ''}`,
    `${contacts.total} people, ${calls.total} calls${duration(progress.startedAt, progress.completedAt)}${results.interim ? ', interim' : ''}`,
    '',
    'What became of each person',
    ...table(
      results.cases.codes.map((/** @type {any} */ row) => ({
        name: `${row.code.padEnd(6)}${row.label}`,
        count: row.contacts,
      })),
      contacts.total,
    ),
    ...apart('still open', results.cases.open),
    ...apart('taken off the list before a call', results.cases.excluded),
    '',
    'How the calls ended',
    ...table(
      Object.entries(results.calls)
        .filter(([outcome, count]) => count > 0 && outcome !== 'canceled')
        .map(([outcome, count]) => ({ name: outcome.replaceAll('_', ' '), count }))
        .sort((a, b) => b.count - a.count),
      calls.ended.total - calls.ended.byOutcome.canceled,
    ),
    '',
    'Answers',
    ...results.questions.flatMap(questionReport),
    `Rates (${results.cases.standard})`,
    ...RATES.map(([rate, name]) => `  ${rate.padEnd(6)}${name.padEnd(12)} ${rateText(results.rates[rate])}`),
  ].join('\n');
}

/**
 * @param {any} question
 * @returns {string[]}
 */
export function questionReport(question) {
  const figures = question.mean === null ? '' : `, mean ${question.mean.toFixed(1)}`;
  return [
    `  ${question.text}`,
    `  ${question.answered} ${question.answered === 1 ? 'answer' : 'answers'}${figures}`,
    ...table(answerRows(question), question.answered),
    '',
  ];
}

/**
 * One row per value, or ranges of equal width where a number has many values.
 *
 * @param {any} question
 * @returns {{ name: string, count: number }[]}
 */
export function answerRows({ distribution, min, max, otherAnswers }) {
  if (distribution.length <= MOST_ROWS || min === null) {
    return distribution.map((/** @type {any} */ row) => ({ name: row.label, count: row.answers }));
  }
  const width = Math.ceil((max - min + 1) / RANGES);
  const rows = [];
  for (let from = min; from <= max; from += width) {
    const to = Math.min(from + width - 1, max);
    const count = distribution
      .filter((/** @type {any} */ row) => row.value >= from && row.value <= to)
      .reduce((/** @type {number} */ sum, /** @type {any} */ row) => sum + row.answers, 0);
    rows.push({ name: from === to ? `${from}` : `${from} to ${to}`, count });
  }
  return otherAnswers > 0 ? [...rows, { name: 'other values', count: otherAnswers }] : rows;
}

/**
 * @param {{ name: string, count: number }[]} rows
 * @param {number} total
 * @returns {string[]}
 */
export function table(rows, total) {
  return rows.map(({ name, count }) => {
    const share = total === 0 ? 0 : count / total;
    const label = name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name.padEnd(NAME_WIDTH);
    return `    ${label} ${String(count).padStart(5)} ${percent(share).padStart(7)} ${bar(share)}`.trimEnd();
  });
}

/**
 * @param {number} share 0 to 1
 * @returns {string} something is shown for anything above zero
 */
export function bar(share) {
  return '█'.repeat(share > 0 ? Math.max(1, Math.round(share * BAR_WIDTH)) : 0);
}

/**
 * @param {{ numerator: number, denominator: number | null, value: number | null }} rate
 * @returns {string}
 */
export function rateText({ numerator, denominator, value }) {
  return value === null ? 'no cases' : `${percent(value).padStart(7)}  (${numerator} of ${denominator})`;
}

/** @param {number} share */
function percent(share) {
  return `${(share * 100).toFixed(1)} %`;
}

/**
 * @param {string} name
 * @param {number} count
 */
function apart(name, count) {
  return count === 0 ? [] : [`    ${name}: ${count}`];
}

/**
 * @param {string | null} from ISO 8601
 * @param {string | null} to
 */
function duration(from, to) {
  if (from === null || to === null) return '';
  const seconds = Math.round((Date.parse(to) - Date.parse(from)) / 1_000);
  return seconds < 120 ? `, ${seconds} s` : `, ${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
