import { createHash } from 'node:crypto';
import { applyDecorators, type Type } from '@nestjs/common';
import { ApiExtraModels, ApiOkResponse, getSchemaPath } from '@nestjs/swagger';
import { Type as Convert } from 'class-transformer';
import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { DomainError } from '../errors/domain-error.js';

/** Query of every list. */
export class PageQuery {
  /** How many items at most. */
  @IsOptional() @Convert(() => Number) @IsInt() @Min(1) @Max(500) limit: number = 50;
  /** `nextCursor` of the page before; absent for the first page. */
  @IsOptional() @IsString() @MaxLength(1_000) cursor?: string;
}

/** A page of a list; `nextCursor` is null on the last one. */
export interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

export type CursorValue = string | number | Date;
export type CursorKind = 'uuid' | 'instant' | 'integer' | 'text';

const KINDS: Record<CursorKind, RegExp> = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  instant: /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}Z$/,
  integer: /^-?[0-9]{1,15}$/,
  text: /^/,
};

/** The position after an item: the values of the list's ORDER BY, opaque to clients. */
export function encodeCursor(values: CursorValue[]): string {
  const text = JSON.stringify(values.map((value) => (value instanceof Date ? value.toISOString() : value)));
  return `${Buffer.from(text).toString('base64url')}.${checksum(text)}`;
}

/**
 * The values of a cursor, as text for SQL parameters. A cursor that was altered, or has not the `count` (or the kinds)
 * this list issues, is refused with `invalid_cursor`, so that no such text reaches a cast in SQL.
 */
export function decodeCursor(cursor: string, shape: number | CursorKind[]): string[] {
  const [encoded = '', sum] = cursor.split('.');
  const text = Buffer.from(encoded, 'base64url').toString('utf8');
  if (sum !== checksum(text)) throw new DomainError('invalid_cursor');
  const values = (JSON.parse(text) as (string | number)[]).map(String);
  const kinds: CursorKind[] = typeof shape === 'number' ? Array(shape).fill('text') : shape;
  if (values.length !== kinds.length || !values.every((value, index) => KINDS[kinds[index]!].test(value))) {
    throw new DomainError('invalid_cursor');
  }
  return values;
}

/** Cuts a page out of rows that were read with LIMIT `limit` + 1: the extra row says that there is more. */
export function pageOf<R, T>(
  rows: R[],
  limit: number,
  cursorOf: (row: R) => CursorValue[],
  itemOf: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(itemOf),
    nextCursor: rows.length > limit && last !== undefined ? encodeCursor(cursorOf(last)) : null,
  };
}

/** Documents a 200 that is a page of `item`. */
export function ApiPage(item: Type): MethodDecorator {
  return applyDecorators(
    ApiExtraModels(item),
    ApiOkResponse({
      schema: {
        type: 'object',
        required: ['items', 'nextCursor'],
        properties: {
          items: { type: 'array', items: { $ref: getSchemaPath(item) } },
          nextCursor: { type: 'string', nullable: true, description: 'null on the last page' },
        },
      },
    }),
  );
}

function checksum(text: string): string {
  return createHash('sha256').update(`cursor ${text}`).digest('base64url').slice(0, 8);
}
