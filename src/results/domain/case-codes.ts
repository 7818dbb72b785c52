/**
 * Final disposition codes of telephone surveys. A correction, or a later edition, is an edit of this file and a new
 * `CODE_TABLE_VERSION`: whoever archives results can tell which table they were coded with.
 */
export const CODE_STANDARD = 'AAPOR Standard Definitions, 9th edition (2016), telephone';
export const CODE_TABLE_VERSION = 1;

/**
 * I interview, P partial, R refusal or break-off, O other, NC non-contact, NE not eligible, UO household reached but
 * eligibility unknown, UH unknown household. In order of precedence: where calls differ, the first one counts, so that
 * a later "no answer" never erases an earlier refusal or contact.
 */
export const CASE_GROUPS = ['I', 'P', 'R', 'O', 'NC', 'NE', 'UO', 'UH'] as const;
export type CaseGroup = (typeof CASE_GROUPS)[number];

interface CodeRow {
  group: CaseGroup;
  label: string;
}

/** Within a group in order of precedence. */
export const CASE_CODES = {
  '1.1': { group: 'I', label: 'Complete interview' },
  '1.2': { group: 'P', label: 'Partial interview' },
  '2.112': { group: 'R', label: 'Refusal by the respondent' },
  '2.12': { group: 'R', label: 'Break-off' },
  '2.11': { group: 'R', label: 'Hung up before consent' },
  '2.332': { group: 'O', label: 'Language of the respondent not offered' },
  '2.21': { group: 'NC', label: 'Respondent not available' },
  '2.22': { group: 'NC', label: 'Answering device, named person' },
  '4.31': { group: 'NE', label: 'Non-working number' },
  '4.20': { group: 'NE', label: 'Fax or data line' },
  '4.70': { group: 'NE', label: 'No eligible respondent' },
  '4.80': { group: 'NE', label: 'Quota filled' },
  '3.21': { group: 'UO', label: 'Answered in silence' },
  '3.14': { group: 'UH', label: 'Answering device, household unknown' },
  '3.13': { group: 'UH', label: 'No answer' },
  '3.12': { group: 'UH', label: 'Always busy' },
  '3.15': { group: 'UH', label: 'Barrier or call blocking' },
  '3.16': { group: 'UH', label: 'Technical phone problem' },
  '3.11': { group: 'UH', label: 'Not attempted' },
} as const satisfies Record<string, CodeRow>;

export type CaseCode = keyof typeof CASE_CODES;
export const CASE_CODE_LIST = Object.keys(CASE_CODES) as CaseCode[];

/** What the carrier said of a number or a call it did not connect: SIP responses and Twilio's error codes. */
export const BARRIER_CODES: ReadonlySet<string> = new Set([
  '603', // declined by the callee's network (RFC 3261)
  '607', // unwanted (RFC 8197)
  '608', // rejected by an intermediary (RFC 8688)
  '13225',
  '13227',
  '21203',
  '21215',
  '21216',
]);
export const NON_WORKING_CODES: ReadonlySet<string> = new Set(['404', '410', '484']);
