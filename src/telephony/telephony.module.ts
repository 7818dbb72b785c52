import { Global, Module } from '@nestjs/common';
import { CarrierIdentity } from './contracts/call-attempt.js';
import { CallAttempts } from './contracts/call-attempts.js';
import { CarrierCircuit } from './dial/carrier-circuit.js';
import { DialIntents } from './dial/dial-intent.js';
import { Dialler } from './dial/dialler.js';
import { DialResults } from './dial/dial-results.js';
import { PlaceCallHandler } from './dial/place-call.handler.js';
import { PlaceTestCallHandler } from './dial/place-test-call.handler.js';
import { UnclaimHandler } from './dial/unclaim.handler.js';
import { ApplyCallSignalHandler } from './facts/apply-call-signal.handler.js';
import { AttemptSettlement } from './facts/attempt-settlement.js';
import { CallFacts } from './facts/call-facts.js';
import { GiveBackRefusedHandler } from './give-back/give-back-refused.handler.js';
import { OnDiallingRefused } from './give-back/on-dialling-refused.handler.js';
import { HangUpCallsHandler } from './hang-up/hang-up-calls.handler.js';
import { ConfiguredCarrier } from './providers/carrier-identity.js';
import { TwilioProvider } from './providers/twilio/twilio-provider.js';
import { LookUpCallsHandler } from './recovery/look-up-calls.handler.js';
import { LookUps } from './recovery/look-ups.js';
import { RecoverCallsHandler } from './recovery/recover-calls.handler.js';
import { RecoveryWorker } from './recovery/recovery.worker.js';
import { CallAttemptRows } from './rows/call-attempt-rows.js';
import { TelephonyPort } from './telephony-port.js';
import { HandleTurnHandler } from './turn/handle-turn.handler.js';
import { InterviewTurn } from './turn/interview-turn.js';
import { TwilioWebhooksController } from './webhooks/twilio-webhooks.controller.js';
import { WebhookTurns } from './webhooks/webhook-turns.js';

/** A call's life: the carrier behind its port, dialling, the carrier's facts, turns, recovery. */
@Global()
@Module({
  controllers: [TwilioWebhooksController],
  providers: [
    { provide: TelephonyPort, useClass: TwilioProvider },
    { provide: CarrierIdentity, useClass: ConfiguredCarrier },
    { provide: CallAttempts, useClass: CallAttemptRows },
    CarrierCircuit,
    DialIntents,
    DialResults,
    Dialler,
    PlaceCallHandler,
    PlaceTestCallHandler,
    UnclaimHandler,
    CallFacts,
    AttemptSettlement,
    ApplyCallSignalHandler,
    HandleTurnHandler,
    InterviewTurn,
    HangUpCallsHandler,
    GiveBackRefusedHandler,
    OnDiallingRefused,
    LookUps,
    LookUpCallsHandler,
    RecoverCallsHandler,
    RecoveryWorker,
    WebhookTurns,
  ],
  exports: [CarrierIdentity, CallAttempts],
})
export class TelephonyModule {}
