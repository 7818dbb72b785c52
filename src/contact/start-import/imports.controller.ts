import { Controller, Get, HttpCode, Param, Post, Query, Req } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiAcceptedResponse, ApiBody, ApiConsumes, ApiOperation } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { readImportView } from '../rows/import.queries.js';
import { ImportDto, ImportQuery, SuppressionImportQuery } from './import.dto.js';
import { type ImportTarget, StartImportCommand } from './start-import.command.js';
import { withUploadedFile } from './uploaded-file.js';

const FILE_FORM = {
  schema: {
    type: 'object',
    required: ['file'],
    properties: {
      file: { type: 'string', format: 'binary', description: 'CSV with a header, at most 64 MB' },
    },
  },
};

@Controller('api/v1')
export class ImportsController {
  constructor(
    private readonly database: ApiDatabase,
    private readonly commands: CommandBus,
  ) {}

  @Post('campaigns/:id/imports')
  @HttpCode(202)
  @ApiOperation({ summary: 'Import contacts from a CSV file: good lines are stored, bad ones reported' })
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE_FORM)
  @ApiAcceptedResponse({ type: ImportDto })
  @ApiProblems(
    'campaign_not_found',
    'campaign_closed',
    'missing_file',
    'unsupported_media_type',
    'body_too_large',
    'unreadable_file',
    'no_phone_column',
  )
  importContacts(
    @Param('id', UuidParam) campaignId: string,
    @Query() query: ImportQuery,
    @Req() request: FastifyRequest,
  ): Promise<ImportDto> {
    return this.start(request, query.dryRun ?? false, { kind: 'contacts', campaignId });
  }

  @Post('suppressions/imports')
  @HttpCode(202)
  @ApiOperation({ summary: 'Import numbers that may never be called from a CSV file' })
  @ApiConsumes('multipart/form-data')
  @ApiBody(FILE_FORM)
  @ApiAcceptedResponse({ type: ImportDto })
  @ApiProblems(
    'missing_file',
    'unsupported_media_type',
    'body_too_large',
    'unreadable_file',
    'no_phone_column',
  )
  importSuppressions(
    @Query() query: SuppressionImportQuery,
    @Req() request: FastifyRequest,
  ): Promise<ImportDto> {
    return this.start(request, query.dryRun ?? false, {
      kind: 'suppressions',
      defaultRegion: query.defaultRegion ?? null,
    });
  }

  @Get('imports/:id')
  @ApiOperation({ summary: 'How far an import is, and what it found' })
  @ApiProblems('import_not_found', 'not_found')
  async show(@Param('id', UuidParam) importId: string): Promise<ImportDto> {
    const view = await readImportView(this.database, importId);
    if (!view) throw new DomainError('import_not_found');
    return ImportDto.of(view);
  }

  private start(request: FastifyRequest, dryRun: boolean, into: ImportTarget): Promise<ImportDto> {
    return withUploadedFile(request, async (file) =>
      ImportDto.of(await this.commands.execute(new StartImportCommand(file, dryRun, into))),
    );
  }
}
