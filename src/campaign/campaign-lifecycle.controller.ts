import { Body, Controller, Get, HttpCode, Param, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../shared/http/api-problems.js';
import { UuidParam } from '../shared/http/uuid-param.js';
import { PauseCampaignBody, ReopenCampaignBody, TestCallBody, TestCallDto } from './campaign-requests.dto.js';
import { CampaignDto } from './campaign.dto.js';
import { CampaignQueries } from './campaign.queries.js';
import { CompleteCampaignCommand } from './complete-campaign/complete-campaign.command.js';
import { CloseFinishedCampaignsCommand } from './contracts/commands.js';
import { PauseCampaignCommand } from './pause-campaign/pause-campaign.command.js';
import { PreflightDto } from './preflight/preflight.dto.js';
import { PreflightQueries } from './preflight/preflight.queries.js';
import { ReopenCampaignCommand } from './reopen-campaign/reopen-campaign.command.js';
import { ResumeCampaignCommand } from './resume-campaign/resume-campaign.command.js';
import { StartCampaignCommand } from './start-campaign/start-campaign.command.js';
import { TestCampaignCommand } from './test-campaign/test-campaign.command.js';

@Controller('api/v1/campaigns/:id')
export class CampaignLifecycleController {
  constructor(
    private readonly commands: CommandBus,
    private readonly campaigns: CampaignQueries,
    private readonly preflights: PreflightQueries,
  ) {}

  @Get('preflight')
  @ApiOperation({ summary: 'What start would refuse, and whom it would skip' })
  @ApiOkResponse({ type: PreflightDto })
  @ApiProblems('campaign_not_found')
  preflight(@Param('id', UuidParam) id: string): Promise<PreflightDto> {
    return this.preflights.of(id);
  }

  @Post('start')
  @HttpCode(200)
  @ApiOperation({ summary: 'Start a draft; its survey is frozen from here on' })
  @ApiOkResponse({ type: CampaignDto })
  @ApiProblems('campaign_not_found', 'illegal_transition', 'campaign_not_startable')
  async start(@Param('id', UuidParam) id: string): Promise<CampaignDto> {
    await this.commands.execute(new StartCampaignCommand(id));
    return this.campaigns.one(id);
  }

  @Post('pause')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop dialling for this campaign; hangUp also ends its live calls' })
  @ApiOkResponse({ type: CampaignDto })
  @ApiProblems('validation_failed', 'campaign_not_found', 'illegal_transition')
  async pause(@Param('id', UuidParam) id: string, @Body() body?: PauseCampaignBody): Promise<CampaignDto> {
    await this.commands.execute(new PauseCampaignCommand(id, body?.hangUp ?? false));
    return this.campaigns.one(id);
  }

  @Post('resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let a paused campaign dial again' })
  @ApiOkResponse({ type: CampaignDto })
  @ApiProblems('campaign_not_found', 'illegal_transition', 'carrier_mismatch')
  async resume(@Param('id', UuidParam) id: string): Promise<CampaignDto> {
    await this.commands.execute(new ResumeCampaignCommand(id));
    return this.campaigns.one(id);
  }

  @Post('complete')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Close a campaign early',
    description:
      'Nobody is called any more. The status turns `completed` when the last live call has ended; until then `closing` is true.',
  })
  @ApiOkResponse({ type: CampaignDto })
  @ApiProblems('campaign_not_found', 'illegal_transition')
  async complete(@Param('id', UuidParam) id: string): Promise<CampaignDto> {
    await this.commands.execute(new CompleteCampaignCommand(id));
    // Without a live call the answer says `completed` already; otherwise the tick goes on with it.
    await this.commands.execute(new CloseFinishedCampaignsCommand());
    return this.campaigns.one(id);
  }

  @Post('reopen')
  @HttpCode(200)
  @ApiOperation({
    summary: 'Reopen a completed campaign as paused',
    description: 'Contacts that are final stay so; new ones may be added.',
  })
  @ApiOkResponse({ type: CampaignDto })
  @ApiProblems('validation_failed', 'campaign_not_found', 'illegal_transition')
  async reopen(@Param('id', UuidParam) id: string, @Body() body?: ReopenCampaignBody): Promise<CampaignDto> {
    await this.commands.execute(new ReopenCampaignCommand(id, body?.endsAt));
    return this.campaigns.one(id);
  }

  @Post('test-call')
  @HttpCode(202)
  @ApiOperation({ summary: 'Ring one phone with the survey, outside the results' })
  @ApiAcceptedResponse({ type: TestCallDto })
  @ApiProblems(
    'validation_failed',
    'campaign_not_found',
    'campaign_not_startable',
    'carrier_mismatch',
    'number_suppressed',
    'number_in_call',
    'outside_legal_hours',
    'dialling_stopped',
  )
  async testCall(@Param('id', UuidParam) id: string, @Body() body: TestCallBody): Promise<TestCallDto> {
    const call = await this.commands.execute(new TestCampaignCommand(id, body.phoneNumber));
    return { campaignId: id, ...call };
  }
}
