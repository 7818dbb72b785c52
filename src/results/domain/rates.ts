import { CASE_GROUPS, type CaseGroup } from './case-codes.js';

export type GroupCounts = Record<CaseGroup, number>;

export const RATE_NAMES = [
  'RR1',
  'RR2',
  'RR3',
  'RR4',
  'RR5',
  'RR6',
  'COOP1',
  'COOP2',
  'COOP3',
  'COOP4',
  'REF1',
  'REF2',
  'REF3',
  'CON1',
  'CON2',
  'CON3',
] as const;
export type RateName = (typeof RATE_NAMES)[number];

export interface Rate {
  numerator: number;
  /** null where it needs an e that nothing determines. */
  denominator: number | null;
  /** null for 0/0. */
  value: number | null;
}

/** The share of cases of unknown eligibility that is taken to be eligible. */
export interface Eligibility {
  e: number | null;
  method: 'proportional' | 'given';
}

export function noCases(): GroupCounts {
  return Object.fromEntries(CASE_GROUPS.map((group) => [group, 0])) as GroupCounts;
}

/** As given, else the eligible share of the cases whose eligibility is known: D / (D + NE). */
export function eligibilityOf(cases: GroupCounts, given: number | null): Eligibility {
  if (given !== null) return { e: given, method: 'given' };
  const eligible = knownEligible(cases);
  const known = eligible + cases.NE;
  return { e: known === 0 ? null : eligible / known, method: 'proportional' };
}

/**
 * Response, cooperation, refusal and contact rates by the formulas of the standard named in case-codes.ts, over final
 * cases. D: known eligible; U: eligibility unknown.
 */
export function ratesOf(cases: GroupCounts, e: number | null): Record<RateName, Rate> {
  const { I, P, R, O } = cases;
  const D = knownEligible(cases);
  const U = cases.UH + cases.UO;
  const all = D + U;
  const estimated = U === 0 ? D : e === null ? null : D + e * U;
  const contacted = I + P + R + O;
  return {
    RR1: rate(I, all),
    RR2: rate(I + P, all),
    RR3: rate(I, estimated),
    RR4: rate(I + P, estimated),
    RR5: rate(I, D),
    RR6: rate(I + P, D),
    COOP1: rate(I, contacted),
    COOP2: rate(I + P, contacted),
    COOP3: rate(I, I + P + R),
    COOP4: rate(I + P, I + P + R),
    REF1: rate(R, all),
    REF2: rate(R, estimated),
    REF3: rate(R, D),
    CON1: rate(contacted, all),
    CON2: rate(contacted, estimated),
    CON3: rate(contacted, D),
  };
}

function knownEligible({ I, P, R, NC, O }: GroupCounts): number {
  return I + P + R + NC + O;
}

function rate(numerator: number, denominator: number | null): Rate {
  return {
    numerator,
    denominator,
    value: denominator === null || denominator === 0 ? null : numerator / denominator,
  };
}
