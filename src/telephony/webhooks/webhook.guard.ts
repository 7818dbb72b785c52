import { type CanActivate, type ExecutionContext, Injectable, type RawBodyRequest } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { Metrics } from '../../operations/contracts/metrics.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { TelephonyPort } from '../telephony-port.js';

/** Lets through only what the carrier signed, over the bytes as they arrived and the address we gave it. */
@Injectable()
export class WebhookGuard implements CanActivate {
  constructor(
    private readonly port: TelephonyPort,
    private readonly metrics: Metrics,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<RawBodyRequest<FastifyRequest>>();
    const header = request.headers['x-twilio-signature'];
    const signature = typeof header === 'string' ? header : undefined;
    if (this.port.verify({ path: request.url, rawBody: rawBodyOf(request), signature })) return true;
    this.metrics.webhook('invalid_signature');
    throw new DomainError('invalid_signature');
  }
}

export function rawBodyOf(request: RawBodyRequest<FastifyRequest>): string {
  return request.rawBody?.toString('utf8') ?? '';
}
