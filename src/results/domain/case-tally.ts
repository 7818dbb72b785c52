import { CASE_CODES, CASE_CODE_LIST, type CaseCode, type CaseGroup } from './case-codes.js';
import { caseOf, type CaseEvidence } from './case-of.js';
import { type GroupCounts, noCases } from './rates.js';

/** Contacts of which the same is known. */
export interface AlikeContacts extends CaseEvidence {
  contacts: number;
}

export interface CaseTally {
  open: number;
  excluded: number;
  groups: GroupCounts;
  /** Codes that occur, in the order of precedence. */
  codes: { code: CaseCode; group: CaseGroup; label: string; contacts: number }[];
}

export function tallyCases(groups: AlikeContacts[]): CaseTally {
  const counts = new Map<CaseCode | 'open' | 'excluded', number>();
  for (const alike of groups) {
    const found = caseOf(alike);
    counts.set(found, (counts.get(found) ?? 0) + alike.contacts);
  }
  const codes = CASE_CODE_LIST.flatMap((code) => {
    const contacts = counts.get(code) ?? 0;
    return contacts === 0 ? [] : [{ code, ...CASE_CODES[code], contacts }];
  });
  const byGroup = noCases();
  for (const { group, contacts } of codes) byGroup[group] += contacts;
  return { open: counts.get('open') ?? 0, excluded: counts.get('excluded') ?? 0, groups: byGroup, codes };
}
