import { Body, Controller, Get, HttpCode, Post, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation } from '@nestjs/swagger';
import { ApiProblems } from '../../shared/http/api-problems.js';
import { ApiPage, decodeCursor, type Page, pageOf } from '../../shared/http/page.dto.js';
import { maskPhoneNumbers, redact } from '../../shared/logging/redact.js';
import { ParkedEventRedelivery } from './parked-event-redelivery.js';
import {
  ParkedEventDto,
  ParkedEventsQuery,
  RedeliverParkedEventsDto,
  RedeliveryDto,
} from './parked-events.dto.js';
import { ParkedEventQueries, type ParkedEventRow } from './parked-events.queries.js';

@Controller('api/v1/operations/parked-events')
export class ParkedEventsController {
  constructor(
    private readonly queries: ParkedEventQueries,
    private readonly redelivery: ParkedEventRedelivery,
  ) {}

  @Get()
  @ApiOperation({ summary: 'Events that a subscriber gave up on, with their errors' })
  @ApiPage(ParkedEventDto)
  @ApiProblems('validation_failed', 'invalid_cursor')
  async list(@Query() { limit, cursor, subscriber }: ParkedEventsQuery): Promise<Page<ParkedEventDto>> {
    const [name, position] = cursor === undefined ? [] : decodeCursor(cursor, ['text', 'integer']);
    const rows = await this.queries.list({
      subscriber: subscriber ?? null,
      after: name === undefined || position === undefined ? null : { subscriber: name, position },
      limit: limit + 1,
    });
    return pageOf(rows, limit, (row) => [row.subscriber, row.position], shown);
  }

  @Post('redeliver')
  @HttpCode(200)
  @ApiOperation({ summary: 'Deliver parked events once more, up to 100 at a time' })
  @ApiOkResponse({ type: RedeliveryDto })
  @ApiProblems('validation_failed', 'malformed_body', 'subscriber_not_found')
  redeliver(@Body() body: RedeliverParkedEventsDto): Promise<RedeliveryDto> {
    return this.redelivery.redeliver(body);
  }
}

function shown(row: ParkedEventRow): ParkedEventDto {
  return {
    ...row,
    error: maskPhoneNumbers(row.error),
    payload: redact(row.payload) as Record<string, unknown> | null,
  };
}
