import { Controller, Delete, HttpCode, Param } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiNoContentResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { LiftSuppressionCommand } from './lift-suppression.command.js';

@Controller('api/v1/suppressions/:id')
export class LiftSuppressionController {
  constructor(private readonly commands: CommandBus) {}

  @Delete()
  @HttpCode(204)
  @ApiOperation({ summary: 'Take a number off the do-not-call list; it is audited' })
  @ApiNoContentResponse()
  @ApiProblems('suppression_not_found', 'not_found')
  async lift(@Param('id', UuidParam) suppressionId: string): Promise<void> {
    await this.commands.execute(new LiftSuppressionCommand(suppressionId));
  }
}
