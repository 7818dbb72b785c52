import { Injectable, type ArgumentMetadata, type PipeTransform, type Type } from '@nestjs/common';
import { DomainError, refuseIfAny } from '../errors/domain-error.js';
import { checkBody } from './check-body.js';
import { unstorableText } from './unstorable-text.js';

const PRIMITIVES: unknown[] = [String, Boolean, Number, Array, Object, Buffer, Date];

/**
 * The global pipe: turns bodies, queries and path parameters into their DTO classes and refuses with every problem at
 * once. Whatever the declared type, text that PostgreSQL cannot store and bodies nested too deep go no further.
 */
@Injectable()
export class RequestValidationPipe implements PipeTransform<unknown, Promise<unknown>> {
  async transform(raw: unknown, { metatype, type }: ArgumentMetadata): Promise<unknown> {
    if (type === 'custom') return raw;
    const unstorable = unstorableText(raw);
    if (type === 'param' && unstorable.length > 0) throw new DomainError('not_found');
    refuseIfAny('validation_failed', unstorable);
    if (metatype === undefined || PRIMITIVES.includes(metatype)) return raw;
    const { value, problems } = await checkBody(metatype as Type<object>, raw);
    refuseIfAny('validation_failed', problems);
    return value;
  }
}
