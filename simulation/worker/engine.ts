import { CommandBus, type ICommand } from '@nestjs/cqrs';
import { CampaignRows } from '../../src/campaign/campaign-rows.js';
import { CloseFinishedCampaignsHandler } from '../../src/campaign/close-finished-campaigns/close-finished-campaigns.handler.js';
import { Campaigns } from '../../src/campaign/contracts/campaigns.js';
import { CloseFinishedCampaignsCommand } from '../../src/campaign/contracts/commands.js';
import { CreateCampaignCommand } from '../../src/campaign/create-campaign/create-campaign.command.js';
import { CreateCampaignHandler } from '../../src/campaign/create-campaign/create-campaign.handler.js';
import { EditCampaignCommand } from '../../src/campaign/edit-campaign/edit-campaign.command.js';
import { EditCampaignHandler } from '../../src/campaign/edit-campaign/edit-campaign.handler.js';
import { PauseCampaignCommand } from '../../src/campaign/pause-campaign/pause-campaign.command.js';
import { PauseCampaignHandler } from '../../src/campaign/pause-campaign/pause-campaign.handler.js';
import { ResumeCampaignCommand } from '../../src/campaign/resume-campaign/resume-campaign.command.js';
import { ResumeCampaignHandler } from '../../src/campaign/resume-campaign/resume-campaign.handler.js';
import { StartCampaignCommand } from '../../src/campaign/start-campaign/start-campaign.command.js';
import { StartCampaignHandler } from '../../src/campaign/start-campaign/start-campaign.handler.js';
import { AddContactsCommand } from '../../src/contact/add-contacts/add-contacts.command.js';
import { AddContactsHandler } from '../../src/contact/add-contacts/add-contacts.handler.js';
import { Contacts } from '../../src/contact/contracts/contacts.js';
import { Suppressions } from '../../src/contact/contracts/suppressions.js';
import { LiftSuppressionCommand } from '../../src/contact/lift-suppression/lift-suppression.command.js';
import { LiftSuppressionHandler } from '../../src/contact/lift-suppression/lift-suppression.handler.js';
import { ContactRows } from '../../src/contact/rows/contact-rows.js';
import { SuppressionRows } from '../../src/contact/rows/suppression-rows.js';
import { SuppressNumberCommand } from '../../src/contact/suppress-number/suppress-number.command.js';
import { SuppressNumberHandler } from '../../src/contact/suppress-number/suppress-number.handler.js';
import { WithdrawContactCommand } from '../../src/contact/withdraw-contact/withdraw-contact.command.js';
import { WithdrawContactHandler } from '../../src/contact/withdraw-contact/withdraw-contact.handler.js';
import { Metrics } from '../../src/operations/contracts/metrics.js';
import { CampaignLoadQueries } from '../../src/scheduler/campaign-load.queries.js';
import { ChangeSettingsCommand } from '../../src/scheduler/change-settings/change-settings.command.js';
import { ChangeSettingsHandler } from '../../src/scheduler/change-settings/change-settings.handler.js';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { ClaimNextContactHandler } from '../../src/scheduler/claim-next-contact/claim-next-contact.handler.js';
import { CampaignLoad } from '../../src/scheduler/contracts/campaign-load.js';
import { DialPermission } from '../../src/scheduler/contracts/dial-permission.js';
import { Limits } from '../../src/scheduler/contracts/limits.js';
import { RetryPlanner } from '../../src/scheduler/contracts/retry-planner.js';
import { DialPermissionFromRows } from '../../src/scheduler/dial-permission.js';
import { RetryPlannerFromRows } from '../../src/scheduler/retry-planner.js';
import { SettingsRows } from '../../src/scheduler/settings-rows.js';
import { SettleStrandedContactsCommand } from '../../src/scheduler/settle-stranded-contacts/settle-stranded-contacts.command.js';
import { SettleStrandedContactsHandler } from '../../src/scheduler/settle-stranded-contacts/settle-stranded-contacts.handler.js';
import {
  ResumeDiallingCommand,
  StopDiallingCommand,
} from '../../src/scheduler/stop-dialling/stop-dialling.command.js';
import {
  ResumeDiallingHandler,
  StopDiallingHandler,
} from '../../src/scheduler/stop-dialling/stop-dialling.handler.js';
import { Interviews } from '../../src/survey/contracts/interviews.js';
import { Surveys } from '../../src/survey/contracts/surveys.js';
import { InterviewRows } from '../../src/survey/rows/interview-rows.js';
import { SurveyRows } from '../../src/survey/rows/survey-rows.js';
import { CarrierIdentity } from '../../src/telephony/contracts/call-attempt.js';
import { CallAttempts } from '../../src/telephony/contracts/call-attempts.js';
import { HangUpCallsCommand } from '../../src/telephony/contracts/commands.js';
import { PlaceCallCommand } from '../../src/telephony/dial/place-call.command.js';
import { PlaceCallHandler } from '../../src/telephony/dial/place-call.handler.js';
import { UnclaimCommand } from '../../src/telephony/dial/unclaim.command.js';
import { UnclaimHandler } from '../../src/telephony/dial/unclaim.handler.js';
import { ApplyCallSignalCommand } from '../../src/telephony/facts/apply-call-signal.command.js';
import { ApplyCallSignalHandler } from '../../src/telephony/facts/apply-call-signal.handler.js';
import { GiveBackRefusedCommand } from '../../src/telephony/give-back/give-back-refused.command.js';
import { GiveBackRefusedHandler } from '../../src/telephony/give-back/give-back-refused.handler.js';
import { HangUpCallsHandler } from '../../src/telephony/hang-up/hang-up-calls.handler.js';
import { ConfiguredCarrier } from '../../src/telephony/providers/carrier-identity.js';
import { LookUpCallsHandler } from '../../src/telephony/recovery/look-up-calls.handler.js';
import {
  LookUpCallsCommand,
  RecoverCallsCommand,
} from '../../src/telephony/recovery/recover-calls.command.js';
import { RecoverCallsHandler } from '../../src/telephony/recovery/recover-calls.handler.js';
import { CallAttemptRows } from '../../src/telephony/rows/call-attempt-rows.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { HandleTurnHandler } from '../../src/telephony/turn/handle-turn.handler.js';
import { Ticker } from '../../src/shared/ticking/ticker.js';
import { ObjectGraph } from './object-graph.js';

type Class = ConstructorParameters<typeof ObjectGraph>[0][number][0];

/** The classes that stand behind the rooms' contracts, as the rooms' modules name them. */
const IMPLEMENTATIONS = new Map<Class, Class>([
  [Campaigns, CampaignRows],
  [Contacts, ContactRows],
  [Suppressions, SuppressionRows],
  [Surveys, SurveyRows],
  [Interviews, InterviewRows],
  [Limits, SettingsRows],
  [DialPermission, DialPermissionFromRows],
  [RetryPlanner, RetryPlannerFromRows],
  [CampaignLoad, CampaignLoadQueries],
  [CarrierIdentity, ConfiguredCarrier],
  [CallAttempts, CallAttemptRows],
]);

const HANDLERS = new Map<Class, Class>([
  [CreateCampaignCommand, CreateCampaignHandler],
  [AddContactsCommand, AddContactsHandler],
  [StartCampaignCommand, StartCampaignHandler],
  [EditCampaignCommand, EditCampaignHandler],
  [PauseCampaignCommand, PauseCampaignHandler],
  [ResumeCampaignCommand, ResumeCampaignHandler],
  [CloseFinishedCampaignsCommand, CloseFinishedCampaignsHandler],
  [SuppressNumberCommand, SuppressNumberHandler],
  [LiftSuppressionCommand, LiftSuppressionHandler],
  [WithdrawContactCommand, WithdrawContactHandler],
  [ChangeSettingsCommand, ChangeSettingsHandler],
  [StopDiallingCommand, StopDiallingHandler],
  [ResumeDiallingCommand, ResumeDiallingHandler],
  [ClaimNextContactCommand, ClaimNextContactHandler],
  [SettleStrandedContactsCommand, SettleStrandedContactsHandler],
  [PlaceCallCommand, PlaceCallHandler],
  [UnclaimCommand, UnclaimHandler],
  [ApplyCallSignalCommand, ApplyCallSignalHandler],
  [HandleTurnCommand, HandleTurnHandler],
  [HangUpCallsCommand, HangUpCallsHandler],
  [GiveBackRefusedCommand, GiveBackRefusedHandler],
  [RecoverCallsCommand, RecoverCallsHandler],
  [LookUpCallsCommand, LookUpCallsHandler],
]);

/** Takes whatever is counted; a simulated process has nobody who asks for it. */
class NoMetrics extends Metrics {
  override claimed(): void {}
  override turn(): void {}
  override webhook(): void {}
  override lookUpFailed(): void {}
}

/** The engine of one life: its own objects, sharing nothing with another life but the database and the carrier. */
export function buildEngine(given: readonly (readonly [Class, unknown])[]): ObjectGraph {
  const commands = {
    execute: (command: ICommand): Promise<unknown> => {
      const handler = HANDLERS.get(command.constructor as never);
      if (handler === undefined) throw new Error(`nobody handles ${command.constructor.name}`);
      return (graph.get(handler) as { execute(command: unknown): Promise<unknown> }).execute(command);
    },
  };
  // Ticks are appointments of the simulation; a shutdown has nothing else to stop.
  const ticker = { stop: async () => undefined };
  const graph: ObjectGraph = new ObjectGraph(
    [[CommandBus, commands], [Ticker, ticker], [Metrics, new NoMetrics()], ...given],
    IMPLEMENTATIONS,
  );
  return graph;
}
