import { CommandBus, CommandHandler, type ICommandHandler } from '@nestjs/cqrs';
import { ApiDatabase } from '../../shared/db/database.js';
import { refuseIfAny } from '../../shared/errors/domain-error.js';
import { parsePhoneNumber } from '../../shared/phone/phone-number.js';
import { CarrierIdentity } from '../../telephony/contracts/call-attempt.js';
import { PlaceTestCallCommand } from '../../telephony/contracts/commands.js';
import { found, requireCarrier } from '../campaign-rows.js';
import { readCampaign } from '../campaigns.sql.js';
import { phoneRegion } from '../domain/campaign-settings.js';
import { callerIdProblems } from '../domain/launch-checks.js';
import { LaunchChecks } from '../launch-checks.js';
import { TestCampaignCommand } from './test-campaign.command.js';

/** Checks what a call needs of the campaign; whether the phone may be rung is decided where it is dialled. */
@CommandHandler(TestCampaignCommand)
export class TestCampaignHandler implements ICommandHandler<TestCampaignCommand> {
  constructor(
    private readonly database: ApiDatabase,
    private readonly checks: LaunchChecks,
    private readonly identity: CarrierIdentity,
    private readonly commands: CommandBus,
  ) {}

  async execute({ campaignId, phoneNumber }: TestCampaignCommand): Promise<{
    attemptId: string;
    contactId: string;
  }> {
    const e164 = await this.database.transaction(async (tx) => {
      const campaign = found(await readCampaign(tx, campaignId));
      const number = parsePhoneNumber(phoneNumber, phoneRegion(campaign));
      const problem = number.ok
        ? []
        : [{ field: 'phoneNumber', code: number.code, message: `phoneNumber ${number.message}` }];
      refuseIfAny('validation_failed', problem);
      requireCarrier(campaign, this.identity);
      refuseIfAny(
        'campaign_not_startable',
        [...(await this.checks.ofSurvey(tx, campaign)), ...callerIdProblems(this.checks.callerId(campaign))],
        'The campaign cannot be tried yet.',
      );
      return number.ok ? number.e164 : phoneNumber;
    });
    return this.commands.execute(new PlaceTestCallCommand(campaignId, e164));
  }
}
