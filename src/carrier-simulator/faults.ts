import { chance } from './chance.js';

/** What can happen to a create request. `Placing` says that the call is made all the same. */
export const CREATE_FAULTS = [
  'rateLimited',
  'errorBefore',
  'errorAfterPlacing',
  'truncated201',
  'timeoutAfterPlacing',
  'timeoutBefore',
  'resetAfterPlacing',
  'resetBefore',
  'slow',
] as const;
export const CALLBACK_FAULTS = ['drop', 'duplicate', 'delay', 'reorder'] as const;
const NAMES = [...CREATE_FAULTS, ...CALLBACK_FAULTS, 'duplicateTurn', 'outage', 'listDelay'] as const;

export type CreateFault = (typeof CREATE_FAULTS)[number];
export type CallbackFault = (typeof CALLBACK_FAULTS)[number];
export type FaultName = (typeof NAMES)[number];

interface RuleLimits {
  /** Only calls to this number. Ignored by `outage` and `listDelay`, which concern no call. */
  readonly to?: string;
  /** How often the rule applies before it is spent; absent: always. */
  readonly times?: number;
  /** Share of the occasions, drawn from the seed; absent: 1. */
  readonly probability?: number;
}

/** Every `ms` is real time: faults are seen by an application whose own timeouts are real. */
export type FaultRule = RuleLimits &
  (
    | { readonly fault: Exclude<CreateFault, 'slow'> }
    | { readonly fault: 'slow'; readonly ms: number }
    | { readonly fault: 'outage'; readonly by?: '503' | 'reset' }
    | { readonly fault: 'listDelay'; readonly ms: number }
    | { readonly fault: 'drop' | 'reorder'; readonly callStatus?: string }
    | { readonly fault: 'duplicate'; readonly copies?: number; readonly callStatus?: string }
    | { readonly fault: 'delay'; readonly ms: number; readonly callStatus?: string }
    | { readonly fault: 'duplicateTurn' }
  );

type RuleOf<Name extends FaultName> = Extract<FaultRule, { fault: Name }>;

export class FaultRulesError extends Error {}

/** The rules in force. The first rule that fits an occasion applies; `times` and chance are counted per rule. */
export class Faults {
  #rules: { readonly rule: FaultRule; considered: number; applied: number }[] = [];

  constructor(
    private readonly seed: string,
    rules: readonly FaultRule[] = [],
  ) {
    this.set(rules);
  }

  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, considered: 0, applied: 0 }));
  }

  onRest(): RuleOf<'outage'> | null {
    return this.#first(['outage'], () => true);
  }

  onCreate(to: string): RuleOf<CreateFault> | null {
    return this.#first(CREATE_FAULTS, (rule) => rule.to === undefined || rule.to === to);
  }

  onCallback(to: string, callStatus: string): RuleOf<CallbackFault> | null {
    return this.#first(
      CALLBACK_FAULTS,
      (rule) =>
        (rule.to === undefined || rule.to === to) &&
        (rule.callStatus === undefined || rule.callStatus === callStatus),
    );
  }

  onTurn(to: string): RuleOf<'duplicateTurn'> | null {
    return this.#first(['duplicateTurn'], (rule) => rule.to === undefined || rule.to === to);
  }

  /** Milliseconds for which a new call is missing from lists. */
  listDelayMs(): number {
    return this.#first(['listDelay'], () => true)?.ms ?? 0;
  }

  #first<Name extends FaultName>(
    names: readonly Name[],
    fits: (rule: RuleOf<Name>) => boolean,
  ): RuleOf<Name> | null {
    for (const [index, state] of this.#rules.entries()) {
      if (!isOf(state.rule, names) || !fits(state.rule)) continue;
      if (state.applied >= (state.rule.times ?? Infinity)) continue;
      state.considered += 1;
      if (chance(this.seed, 'fault', index, state.considered) >= (state.rule.probability ?? 1)) continue;
      state.applied += 1;
      return state.rule;
    }
    return null;
  }
}

function isOf<Name extends FaultName>(rule: FaultRule, names: readonly Name[]): rule is RuleOf<Name> {
  return names.some((name) => name === rule.fault);
}

/** Checks rules that came over HTTP; throws FaultRulesError naming the first wrong one. */
export function readFaultRules(given: unknown): readonly FaultRule[] {
  if (!Array.isArray(given)) throw new FaultRulesError('a list of rules [{fault, …}] is expected');
  given.forEach((rule: unknown, index) => {
    const problem = problemOf(rule);
    if (problem) throw new FaultRulesError(`rule ${index}: ${problem}`);
  });
  return given as FaultRule[];
}

function problemOf(rule: unknown): string | null {
  if (typeof rule !== 'object' || rule === null) return 'an object is expected';
  const { fault, to, times, probability, ms, copies, by, callStatus, ...unknown } = rule as Record<
    string,
    unknown
  >;
  const strange = Object.keys(unknown)[0];
  if (strange !== undefined) return `${strange} is unknown`;
  if (!NAMES.some((name) => name === fault)) return `fault is one of ${NAMES.join(', ')}`;
  if (to !== undefined && typeof to !== 'string') return 'to is a number in E.164';
  if (times !== undefined && !(Number.isInteger(times) && Number(times) >= 0)) return 'times is an integer';
  if (probability !== undefined && !(typeof probability === 'number' && probability >= 0 && probability <= 1))
    return 'probability is between 0 and 1';
  const needsMs = fault === 'slow' || fault === 'delay' || fault === 'listDelay';
  if (needsMs !== (typeof ms === 'number' && ms >= 0))
    return needsMs ? 'ms is needed' : `ms means nothing to ${String(fault)}`;
  if (copies !== undefined && !(fault === 'duplicate' && Number.isInteger(copies) && Number(copies) >= 1))
    return 'copies is an integer, for duplicate only';
  if (by !== undefined && !(fault === 'outage' && (by === '503' || by === 'reset')))
    return 'by is 503 or reset, for outage only';
  const aboutCallbacks = CALLBACK_FAULTS.some((name) => name === fault);
  if (callStatus !== undefined && !(aboutCallbacks && typeof callStatus === 'string'))
    return 'callStatus is for callbacks only';
  return null;
}
