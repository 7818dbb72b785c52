/** The generated parts of docs/states.md: a diagram and a table of the steps for each state machine. */

/**
 * @typedef {{ from: string, to: string, event: string, guard: string | null, more?: string }} Step
 * @typedef {{
 *   CAMPAIGN_MACHINE: readonly { transition: string, from: string, to: string, guard: string | null }[],
 *   CONTACT_MACHINE: readonly { event: string, from: string, to: string, guard: string | null, next: string }[],
 *   CONTACT_GUARDS: Readonly<Record<string, string>>,
 *   CALL_MACHINE: readonly {
 *     event: string, from: string, to: string, guard: string | null, outcomes?: readonly string[]
 *   }[],
 *   CALL_GUARDS: Readonly<Record<string, string>>,
 * }} Machines
 */

const NEXT = /** @type {Readonly<Record<string, string>>} */ ({
  none: 'none',
  set: 'set',
  planned: 'as the retry plan says',
});

/**
 * @param {Machines} machines
 * @returns {Record<string, string>} text by name of its place
 */
export function generated(machines) {
  const campaign = machines.CAMPAIGN_MACHINE.map((step) => ({ ...step, event: step.transition }));
  const contact = machines.CONTACT_MACHINE.map((step) => ({
    ...step,
    guard: step.guard && (machines.CONTACT_GUARDS[step.guard] ?? null),
    more: NEXT[step.next] ?? '',
  }));
  const call = machines.CALL_MACHINE.map((step) => ({
    ...step,
    guard: step.guard && (machines.CALL_GUARDS[step.guard] ?? null),
    more: step.outcomes?.map((outcome) => `\`${outcome}\``).join(', ') ?? '',
  }));
  return {
    campaign: part(campaign, { first: 'draft', last: ['completed'] }),
    contact: part(
      contact,
      { first: 'pending', last: ['completed', 'refused', 'not_reached'] },
      'next attempt',
    ),
    'call attempt': part(call, { first: 'claimed', last: ['ended'] }, 'outcome'),
  };
}

/**
 * The document with its generated parts replaced; each stands between two comments that name it.
 *
 * @param {string} document
 * @param {Record<string, string>} parts
 */
export function withGenerated(document, parts) {
  return Object.entries(parts).reduce((text, [name, part]) => {
    const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end: ${name} -->`];
    const [from, to] = [text.indexOf(begin), text.indexOf(end)];
    if (from < 0 || to < from) throw new Error(`there is no place for "${name}"`);
    return `${text.slice(0, from)}${begin}\n\n${part}\n\n${text.slice(to)}`;
  }, document);
}

/**
 * @param {Step[]} steps
 * @param {{ first: string, last: string[] }} ends
 * @param {string} [more] heading of what else a step says
 */
function part(steps, { first, last }, more) {
  const arrows = [
    ...grouped(
      steps.filter(({ from, to }) => from !== to),
      ({ from, to }) => `${from} --> ${to}`,
    ),
  ];
  const diagram = [
    '```mermaid',
    'stateDiagram-v2',
    `    [*] --> ${first}`,
    ...arrows.map(([arrow, of]) => `    ${arrow}: ${[...new Set(of.map(({ event }) => event))].join(', ')}`),
    ...last.map((state) => `    ${state} --> [*]`),
    '```',
  ];
  const rows = [...grouped(steps, (step) => JSON.stringify([step.event, step.to, step.guard, step.more]))];
  const table = [
    row(['event', 'from', 'to', ...(more === undefined ? [] : [more]), 'only if']),
    row(Array.from({ length: more === undefined ? 4 : 5 }, () => '---')),
    ...rows.map(([, of]) => {
      const { event, to, guard, more: said } = /** @type {Step} */ (of[0]);
      const from = of.map((step) => `\`${step.from}\``).join(', ');
      return row([
        `\`${event}\``,
        from,
        `\`${to}\``,
        ...(more === undefined ? [] : [said ?? '']),
        guard ?? '',
      ]);
    }),
  ];
  return [...diagram, '', ...table].join('\n');
}

/**
 * @param {Step[]} steps
 * @param {(step: Step) => string} key
 * @returns {Map<string, Step[]>} in the order of their first step
 */
function grouped(steps, key) {
  /** @type {Map<string, Step[]>} */
  const groups = new Map();
  for (const step of steps) groups.set(key(step), [...(groups.get(key(step)) ?? []), step]);
  return groups;
}

/** @param {string[]} cells */
function row(cells) {
  return `| ${cells.join(' | ')} |`.replaceAll('|  |', '| |');
}
