import { Injectable } from '@nestjs/common';
import type { Tx } from '../shared/db/tx.js';
import { DomainError } from '../shared/errors/domain-error.js';
import { Environment } from '../shared/environment/environment.js';
import { CarrierIdentity } from '../telephony/contracts/call-attempt.js';
import { type DialPermit, DialPermission } from './contracts/dial-permission.js';
import type { Contactability } from './contracts/contactability.js';
import { Limits } from './contracts/limits.js';
import { decideContactability } from './domain/contactability.js';
import { legalHours } from './legal-hours.js';
import {
  callsOnTheLine,
  circuitIsOpen,
  type ContactForDecision,
  contactForDecision,
} from './scheduling.queries.js';

/** Gathers from rows what the decision needs and asks it: before a dial, and for whoever wants to know. */
@Injectable()
export class DialPermissionFromRows extends DialPermission {
  constructor(
    private readonly limits: Limits,
    private readonly identity: CarrierIdentity,
    private readonly environment: Environment,
  ) {
    super();
  }

  override async ask(
    tx: Tx,
    call: { contactId: string; attemptId: string | null; at: Date },
  ): Promise<DialPermit> {
    const contact = await contactForDecision(tx, call.contactId, call.attemptId);
    if (contact === undefined) throw new DomainError('contact_not_found');
    const limits = await this.limits.readForDialling(tx);
    const callerId = contact.callerId ?? this.identity.defaultCallerId;
    const circuitOpen = await circuitIsOpen(tx, this.identity.carrier, callerId);
    return {
      contactability: this.decide(contact, {
        at: call.at,
        diallingStopped: limits.diallingStopped,
        circuitOpen,
      }),
      callerId,
      ringSeconds: contact.policy.ringSeconds,
      callSeconds: contact.policy.callSeconds,
      detectMachines: contact.policy.machineDetection === 'hang_up',
      callsPerSecond: limits.callsPerSecond,
      campaignCallsPerSecond: contact.policy.callsPerSecond,
    };
  }

  override async limitReached(tx: Tx, campaignId: string): Promise<boolean> {
    const limits = await this.limits.read(tx);
    const onTheLine = await callsOnTheLine(tx, campaignId);
    return onTheLine.campaign >= onTheLine.campaignLimit || onTheLine.everywhere >= limits.maxConcurrentCalls;
  }

  private decide(
    contact: ContactForDecision,
    now: { at: Date; diallingStopped: boolean; circuitOpen: boolean },
  ): Contactability {
    return decideContactability({
      ...now,
      campaign: {
        ...contact,
        callingWindow: contact.policy.callingWindow,
        maxAttempts: contact.policy.maxAttempts,
      },
      carrier: this.identity.carrier,
      legalHours: legalHours(this.environment),
      contact,
    });
  }
}
