import { DomainError } from '../../src/shared/errors/domain-error.js';
import type { ErrorCode } from '../../src/shared/errors/error-codes.js';
import { databaseIsUnavailable } from '../../src/shared/http/database-unavailable.js';

/** Where an operator's order is answered. */
export const OPERATOR = 'operator';

/** What an operator may be told: others were faster. */
const REFUSALS: readonly ErrorCode[] = [
  // A campaign that is paused, going on or over already; a person who is final already.
  'illegal_transition',
  // A campaign that is over.
  'campaign_not_editable',
  // Lifted already, by an order that came twice.
  'suppression_not_found',
];

/**
 * A broken world may fail anything, and an operator may be refused. Webhooks, turns, ticks and dials have nobody to
 * refuse: what is a domain error there is a defect.
 */
export function isExpected(where: string, error: unknown): boolean {
  if (databaseIsUnavailable(error)) return true;
  return where === OPERATOR && error instanceof DomainError && REFUSALS.includes(error.code);
}
