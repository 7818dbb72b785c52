import type {
  Contactability,
  ContactabilityInput,
  ContactabilityRefusal,
} from '../contracts/contactability.js';
import { hoursAt } from './calling-hours.js';

/**
 * The one decision whether a person may be rung now: asked by the claim, again just before the dial, by preflight and
 * by `GET /contacts/:id/contactability`. The first refusal wins; those that last come before those that pass.
 */
export function decideContactability(input: ContactabilityInput): Contactability {
  const { at, campaign, contact } = input;
  if (contact.settled) return refuse('contact_settled', null, true);
  if (contact.suppressed) return refuse('suppressed', null, true);
  if (input.diallingStopped) return refuse('dialling_stopped');
  if (input.circuitOpen) return refuse('circuit_open');
  if (!contact.isTest) {
    if (campaign.status === 'completed' || campaign.closing) return refuse('campaign_over', null, true);
    if (campaign.status !== 'running') return refuse('campaign_not_running');
    if (campaign.carrier !== input.carrier) return refuse('carrier_mismatch');
    if (campaign.endsAt !== null && campaign.endsAt <= at) return refuse('campaign_over', null, true);
    if (campaign.startsAt !== null && campaign.startsAt > at)
      return refuse('campaign_not_begun', campaign.startsAt);
    if (contact.attemptsOffered >= campaign.maxAttempts) return refuse('attempts_exhausted', null, true);
  }
  if (contact.zone === null) {
    // A test call may go anywhere on the simulated carrier; a real one needs to know the hour where it rings.
    if (contact.isTest && input.legalHours === null) return { permitted: true };
    return refuse('unknown_timezone', null, !contact.isTest);
  }
  const window = contact.isTest ? ALWAYS : campaign.callingWindow;
  const hours = hoursAt(window, input.legalHours, contact.zone, at);
  if (!hours.open) {
    return refuse(
      hours.closedBy === 'window' ? 'outside_calling_window' : 'outside_legal_hours',
      hours.opensAt,
    );
  }
  if (contact.numberInCall) return refuse('number_in_call');
  if (contact.dueAt !== null && contact.dueAt > at) return refuse('not_due', contact.dueAt);
  return { permitted: true };
}

const ALWAYS = {
  days: [
    'mon' as const,
    'tue' as const,
    'wed' as const,
    'thu' as const,
    'fri' as const,
    'sat' as const,
    'sun' as const,
  ],
  from: '00:00',
  to: '24:00',
  // Stryker disable next-line ArrayDeclaration: no day has such a date
  holidays: [],
};

function refuse(
  reason: ContactabilityRefusal,
  nextPermittedAt: Date | null = null,
  final = false,
): Contactability {
  return { permitted: false, reason, nextPermittedAt, final };
}
