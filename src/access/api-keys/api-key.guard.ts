import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { DomainError } from '../../shared/errors/domain-error.js';
import { OPENNESS, type Openness } from '../contracts/open-endpoint.js';
import { ApiKeys } from './api-keys.js';
import { rememberCaller } from './caller.js';
import { isDirectFromLoopback } from './peer.js';

const LONGEST_KEY = 512;

/** Every route needs a key unless it says otherwise: what is forgotten is closed. */
@Injectable()
export class ApiKeyGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const openness = this.reflector.getAllAndOverride<Openness | undefined>(OPENNESS, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (openness === 'anyone') return true;
    if (openness === 'loopback' && isDirectFromLoopback(request)) return true;
    const key = presentedKey(request.headers);
    const caller = key === undefined ? undefined : await this.keys.find(key);
    if (caller === undefined) {
      throw new DomainError(
        'unauthenticated',
        key === undefined
          ? 'Send an API key as `X-API-Key` or as `Authorization: Bearer`.'
          : 'The API key is not valid.',
      );
    }
    rememberCaller(request, caller);
    return true;
  }
}

function presentedKey(headers: FastifyRequest['headers']): string | undefined {
  const own = headers['x-api-key'];
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const key = (Array.isArray(own) ? own[0] : own) ?? bearer;
  return key === undefined || key === '' || key.length > LONGEST_KEY ? undefined : key;
}
