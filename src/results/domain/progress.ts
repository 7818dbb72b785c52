import type { ContactState } from '../../contact/contracts/contact-state.js';
import {
  CALL_OUTCOMES,
  CALL_STATUSES,
  type CallOutcome,
  type CallStatus,
} from '../../telephony/contracts/call-attempt.js';

export type LiveStatus = Exclude<CallStatus, 'ended'>;

export interface ContactProgress {
  total: number;
  pending: number;
  inProgress: number;
  completed: number;
  refused: number;
  notReached: { total: number; retryScheduled: number; final: number };
}

export interface CallProgress {
  /** Attempts that were given back without being offered to the carrier are not in it. */
  total: number;
  /** `settling`: those whose line is down while turns may still be under way; they hold no place any more. */
  live: { total: number; settling: number; byStatus: Record<LiveStatus, number> };
  ended: { total: number; byOutcome: Record<CallOutcome, number> };
}

/** Contacts by where they stand; `due`: a further call is appointed. */
export function contactProgress(
  alike: { state: ContactState; due: boolean; contacts: number }[],
): ContactProgress {
  const count = (state: ContactState, due?: boolean): number =>
    alike
      .filter((row) => row.state === state && (due === undefined || row.due === due))
      .reduce((sum, row) => sum + row.contacts, 0);
  return {
    total: alike.reduce((sum, row) => sum + row.contacts, 0),
    pending: count('pending'),
    inProgress: count('in_progress'),
    completed: count('completed'),
    refused: count('refused'),
    notReached: {
      total: count('not_reached'),
      retryScheduled: count('not_reached', true),
      final: count('not_reached', false),
    },
  };
}

/** Contacts that will be called, or are being called. */
export function openContacts(contacts: ContactProgress): number {
  return contacts.pending + contacts.inProgress + contacts.notReached.retryScheduled;
}

/** Per cent of contacts that are settled for good, to one decimal; rounded down, so that 100 means all. */
export function percentDone(contacts: ContactProgress): number | null {
  if (contacts.total === 0) return null;
  return Math.floor(((contacts.total - openContacts(contacts)) / contacts.total) * 1_000) / 10;
}

export function callProgress(
  alike: { status: CallStatus; outcome: CallOutcome | null; lineDown: boolean; calls: number }[],
): CallProgress {
  const byStatus = Object.fromEntries(
    CALL_STATUSES.filter((status) => status !== 'ended').map((status) => [
      status,
      sum(alike.filter((row) => row.status === status)),
    ]),
  ) as Record<LiveStatus, number>;
  const byOutcome = Object.fromEntries(
    CALL_OUTCOMES.map((outcome) => [outcome, sum(alike.filter((row) => row.outcome === outcome))]),
  ) as Record<CallOutcome, number>;
  const live = alike.filter((row) => row.status !== 'ended');
  const settling = sum(live.filter((row) => row.lineDown));
  const ended = sum(alike.filter((row) => row.status === 'ended'));
  return {
    total: sum(live) + ended - byOutcome.canceled,
    live: { total: sum(live), settling, byStatus },
    ended: { total: ended, byOutcome },
  };
}

function sum(rows: { calls: number }[]): number {
  return rows.reduce((total, row) => total + row.calls, 0);
}
