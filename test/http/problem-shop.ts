import { Body, Controller, Get, HttpCode, Module, Param, Post, Query, Req } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import type { FastifyRequest } from 'fastify';
import { DomainError, refuseIfAny } from '../../src/shared/errors/domain-error.js';
import { ApiProblems } from '../../src/shared/http/api-problems.js';
import { checkBody } from '../../src/shared/http/check-body.js';
import { configureHttp } from '../../src/shared/http/http-shell.js';
import { decodeCursor, PageQuery } from '../../src/shared/http/page.dto.js';
import { serverOptions } from '../../src/shared/http/server-options.js';
import { UuidParam } from '../../src/shared/http/uuid-param.js';
import { testEnvironment } from './test-environment.js';

class Line {
  @IsString() @MaxLength(10) product: string;
  @IsInt() @Min(1) @Max(9) count: number;
}

class Order {
  @IsString() @MaxLength(5) name: string;
  @IsOptional() @IsIn(['red', 'blue']) colour?: string;
  @IsOptional() @Matches(/^[a-z]+$/, { context: { code: 'not_a_slug' } }) slug?: string;
  @IsArray() @ArrayMaxSize(2) @ValidateNested({ each: true }) @Type(() => Line) lines: Line[];
}

/** Stands in for a room's controller: one route per way in which a request can go wrong. */
@Controller('shop')
class ShopController {
  static broken: () => Error = () => new Error('not set');

  @Post('orders') order(@Body() order: Order): Order {
    return order;
  }
  @Post('checked') async checked(@Body() raw: unknown): Promise<Order> {
    const { value, problems } = await checkBody(Order, raw);
    if (value.name === 'zzz') problems.push({ field: 'name', code: 'taken', message: 'name is taken' });
    refuseIfAny('validation_failed', problems);
    return value;
  }
  @Post('raw') @HttpCode(200) raw(@Body() raw: unknown, @Req() request: FastifyRequest): object {
    return { raw, bytes: (request as FastifyRequest & { rawBody?: Buffer }).rawBody?.length };
  }
  @Get('orders') list(@Query() page: PageQuery): object {
    return { limit: page.limit, after: page.cursor ? decodeCursor(page.cursor, ['instant', 'uuid']) : null };
  }
  @Get('orders/:id') one(@Param('id', UuidParam) id: string): object {
    return { id };
  }
  @ApiProblems('illegal_transition', 'campaign_closed') @Post('refused') refused(): void {
    throw new DomainError('illegal_transition', 'A draft cannot be paused.', { legal: ['start'], code: 'x' });
  }
  @Post('broken') broken(): void {
    throw ShopController.broken();
  }
  @Post('upload') async upload(@Req() request: FastifyRequest): Promise<object> {
    const file = await request.file();
    if (file === undefined) throw new DomainError('missing_file');
    const bytes = (await file.toBuffer()).length;
    // The reader itself notices only what exceeds the limit by more than its last chunk.
    if (file.file.truncated) throw new DomainError('body_too_large');
    return { bytes };
  }
}

@Module({ controllers: [ShopController] })
class ShopModule {}

export async function openShop(): Promise<{
  app: NestFastifyApplication;
  breakWith(error: () => Error): void;
}> {
  const testing = await Test.createTestingModule({ imports: [ShopModule] }).compile();
  const app = testing.createNestApplication<NestFastifyApplication>(new FastifyAdapter(serverOptions()), {
    rawBody: true,
    logger: false,
  });
  await configureHttp(app, testEnvironment());
  await app.listen(0, '127.0.0.1');
  return { app, breakWith: (error) => (ShopController.broken = error) };
}
