import { Injectable } from '@nestjs/common';
import { Environment } from '../../shared/environment/environment.js';
import { CarrierIdentity } from '../contracts/call-attempt.js';

/** The simulator under its own name, so that no simulated call is ever taken for a real one. */
@Injectable()
export class ConfiguredCarrier extends CarrierIdentity {
  override readonly carrier: string;
  override readonly defaultCallerId: string | null;

  constructor(environment: Environment) {
    super();
    this.carrier =
      environment.TELEPHONY_PROVIDER === 'simulator' ? 'simulator' : environment.TWILIO_ACCOUNT_SID;
    this.defaultCallerId = environment.TWILIO_FROM_NUMBER ?? null;
  }
}
