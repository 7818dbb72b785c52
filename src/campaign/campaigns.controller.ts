import { Body, Controller, Get, Param, Patch, Post, Query } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../shared/http/api-problems.js';
import { ApiPage, type Page } from '../shared/http/page.dto.js';
import { UuidParam } from '../shared/http/uuid-param.js';
import { CampaignBody } from './campaign-body.dto.js';
import { CloneCampaignBody } from './campaign-requests.dto.js';
import { CampaignDto, CampaignListQuery, CampaignSummaryDto } from './campaign.dto.js';
import { CampaignQueries } from './campaign.queries.js';
import { CloneCampaignCommand } from './clone-campaign/clone-campaign.command.js';
import { CreateCampaignCommand } from './create-campaign/create-campaign.command.js';
import { EditCampaignCommand } from './edit-campaign/edit-campaign.command.js';

@Controller('api/v1/campaigns')
export class CampaignsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly campaigns: CampaignQueries,
  ) {}

  @Post()
  @ApiOperation({
    summary: 'Create a draft campaign',
    description: 'A draft may be incomplete: `start` and `preflight` list what is missing.',
  })
  @ApiBody({ type: CampaignBody })
  @ApiCreatedResponse({ type: CampaignDto })
  @ApiProblems('validation_failed', 'malformed_body')
  async create(@Body() body: unknown): Promise<CampaignDto> {
    return this.campaigns.one(await this.commands.execute(new CreateCampaignCommand(body)));
  }

  @Get()
  @ApiOperation({ summary: 'List campaigns, newest first' })
  @ApiPage(CampaignSummaryDto)
  @ApiProblems('validation_failed', 'invalid_cursor')
  list(@Query() query: CampaignListQuery): Promise<Page<CampaignSummaryDto>> {
    return this.campaigns.list(query);
  }

  @Get(':id')
  @ApiOperation({ summary: 'Read a campaign with its survey and policy' })
  @ApiOkResponse({ type: CampaignDto })
  @ApiProblems('campaign_not_found')
  one(@Param('id', UuidParam) id: string): Promise<CampaignDto> {
    return this.campaigns.one(id);
  }

  @Patch(':id')
  @ApiOperation({
    summary: 'Change a campaign',
    description:
      'A draft: everything. A running or paused campaign: `policy`, `name`, `completion` and `endsAt`, effective with the next tick. What is left out stays as it is; in `policy` also part by part.',
  })
  @ApiBody({ type: CampaignBody })
  @ApiOkResponse({ type: CampaignDto })
  @ApiProblems('validation_failed', 'malformed_body', 'campaign_not_found', 'campaign_not_editable')
  async edit(@Param('id', UuidParam) id: string, @Body() body: unknown): Promise<CampaignDto> {
    await this.commands.execute(new EditCampaignCommand(id, body));
    return this.campaigns.one(id);
  }

  @Post(':id/clone')
  @ApiOperation({ summary: 'Make a new draft with the same survey and policy, without its contacts' })
  @ApiCreatedResponse({ type: CampaignDto })
  @ApiProblems('validation_failed', 'campaign_not_found')
  async clone(@Param('id', UuidParam) id: string, @Body() body?: CloneCampaignBody): Promise<CampaignDto> {
    const copy = await this.commands.execute(new CloneCampaignCommand(id, body?.name?.trim() ?? null));
    return this.campaigns.one(copy);
  }
}
