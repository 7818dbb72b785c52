import { Injectable, type PipeTransform } from '@nestjs/common';
import { DomainError } from '../errors/domain-error.js';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** `@Param('id', UuidParam)`: what is no UUID names nothing here, so it answers `not_found` like an unknown one. */
@Injectable()
export class UuidParam implements PipeTransform<unknown, string> {
  transform(value: unknown): string {
    if (typeof value !== 'string' || !UUID.test(value)) throw new DomainError('not_found');
    return value.toLowerCase();
  }
}
