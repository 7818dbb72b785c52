import { Body, Controller, Get, Post, Query, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiCreatedResponse, ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiDatabase } from '../../shared/db/database.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { ApiPage, decodeCursor, type Page, pageOf } from '../../shared/http/page.dto.js';
import { parsePhoneNumber } from '../../shared/phone/phone-number.js';
import { listSuppressions } from '../rows/suppression.queries.js';
import { SuppressNumberCommand } from './suppress-number.command.js';
import { SuppressionDto, SuppressionListQuery, SuppressNumberDto } from './suppression.dto.js';

@Controller('api/v1/suppressions')
export class SuppressionsController {
  constructor(
    private readonly database: ApiDatabase,
    private readonly commands: CommandBus,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The do-not-call list, newest first' })
  @ApiPage(SuppressionDto)
  @ApiProblems('validation_failed', 'invalid_cursor')
  async list(@Query() query: SuppressionListQuery): Promise<Page<SuppressionDto>> {
    const [createdAt, id] = query.cursor === undefined ? [] : decodeCursor(query.cursor, ['instant', 'uuid']);
    const rows = await listSuppressions(this.database, {
      phoneNumber: query.phoneNumber === undefined ? null : numberAskedFor(query.phoneNumber),
      before: createdAt === undefined || id === undefined ? null : { createdAt, id },
      limit: query.limit + 1,
    });
    return pageOf(rows, query.limit, (row) => [row.createdAt, row.id], SuppressionDto.of);
  }

  @Post()
  @ApiOperation({ summary: 'Never call this number again, in any campaign; a live call is hung up' })
  @ApiCreatedResponse({ type: SuppressionDto })
  @ApiOkResponse({ type: SuppressionDto, description: 'It was on the list already' })
  @ApiProblems('validation_failed', 'malformed_body')
  async suppress(
    @Body() body: SuppressNumberDto,
    @Res({ passthrough: true }) response: { status(code: number): unknown },
  ): Promise<SuppressionDto> {
    const { added, suppression } = await this.commands.execute(
      new SuppressNumberCommand(body.phoneNumber, body.defaultRegion ?? null, body.reason ?? 'operator'),
    );
    response.status(added ? 201 : 200);
    return SuppressionDto.of(suppression);
  }
}

/** A `+` that was not percent-encoded arrives as a space. */
function numberAskedFor(text: string): string {
  const number = parsePhoneNumber(text.replace(/^ /, '+'), null);
  if (number.ok) return number.e164;
  throw new DomainError('validation_failed', undefined, {
    problems: [{ field: 'phoneNumber', code: number.code, message: `phoneNumber ${number.message}` }],
  });
}
