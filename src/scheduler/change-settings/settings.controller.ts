import { Body, Controller, Get, HttpCode, Patch, Post } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiOperation } from '@nestjs/swagger';
import { ApiDatabase } from '../../shared/db/database.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { HangUpCallsCommand } from '../../telephony/contracts/commands.js';
import { type GlobalLimits, Limits } from '../contracts/limits.js';
import { ResumeDiallingCommand, StopDiallingCommand } from '../stop-dialling/stop-dialling.command.js';
import { ChangeSettingsCommand } from './change-settings.command.js';
import { ChangeSettingsDto, SettingsDto, StopDiallingDto } from './settings.dto.js';

@Controller('api/v1/operations')
export class SettingsController {
  constructor(
    private readonly commands: CommandBus,
    private readonly database: ApiDatabase,
    private readonly limits: Limits,
  ) {}

  @Get('settings')
  @ApiOperation({ summary: 'The limits over every campaign' })
  async read(): Promise<SettingsDto> {
    return shown(await this.database.transaction((tx) => this.limits.read(tx)));
  }

  @Patch('settings')
  @ApiOperation({ summary: 'Change the limits; effective with the next tick' })
  @ApiProblems('validation_failed')
  async change(@Body() body: ChangeSettingsDto): Promise<SettingsDto> {
    return shown(await this.commands.execute(new ChangeSettingsCommand(body)));
  }

  @Post('stop')
  @HttpCode(200)
  @ApiOperation({ summary: 'Stop dialling everywhere, now' })
  @ApiProblems('validation_failed')
  async stop(@Body() body: StopDiallingDto): Promise<SettingsDto> {
    const hangUp = body?.hangUp ?? false;
    const reason = body?.reason ?? 'stopped by an operator';
    const limits = await this.commands.execute(new StopDiallingCommand(reason, hangUp));
    if (hangUp) await this.commands.execute(new HangUpCallsCommand('all'));
    return shown(limits);
  }

  @Post('resume')
  @HttpCode(200)
  @ApiOperation({ summary: 'Let dialling go on after a stop' })
  async resume(): Promise<SettingsDto> {
    return shown(await this.commands.execute(new ResumeDiallingCommand()));
  }
}

function shown({
  maxConcurrentCalls,
  callsPerSecond,
  diallingStoppedAt,
  diallingStoppedReason,
}: GlobalLimits): SettingsDto {
  return { maxConcurrentCalls, callsPerSecond, diallingStoppedAt, diallingStoppedReason };
}
