import { Injectable } from '@nestjs/common';
import type { Tx } from '../shared/db/tx.js';
import { DomainError } from '../shared/errors/domain-error.js';
import { Environment } from '../shared/environment/environment.js';
import type { CallOutcome } from '../telephony/contracts/call-attempt.js';
import { type RetryPlan, RetryPlanner } from './contracts/retry-planner.js';
import { planRetry } from './domain/retry-plan.js';
import { legalHours } from './legal-hours.js';
import { contactForDecision, outcomesOf } from './scheduling.queries.js';

/** Plans from rows; the ended attempt is already written, so the counts include it. */
@Injectable()
export class RetryPlannerFromRows extends RetryPlanner {
  constructor(private readonly environment: Environment) {
    super();
  }

  override async plan(
    tx: Tx,
    ended: { contactId: string; outcome: CallOutcome; neverAgain: boolean; at: Date },
  ): Promise<RetryPlan> {
    const contact = await contactForDecision(tx, ended.contactId, null);
    if (contact === undefined) throw new DomainError('contact_not_found');
    const outcomes = await outcomesOf(tx, ended.contactId);
    return planRetry({
      outcome: ended.outcome,
      neverAgain: ended.neverAgain,
      at: ended.at,
      attemptsOffered: contact.attemptsOffered,
      timesThisOutcome: outcomes.get(ended.outcome) ?? 1,
      isTest: contact.isTest,
      numberSuppressed: contact.suppressed,
      campaign: {
        over: contact.status === 'completed' || contact.closing,
        endsAt: contact.endsAt,
        policy: contact.policy,
      },
      zone: contact.zone,
      legalHours: legalHours(this.environment),
    });
  }
}
