import { Controller, HttpCode, Param, Post, type RawBodyRequest, Req, Res, UseGuards } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { OpenEndpoint } from '../../access/contracts/open-endpoint.js';
import { Metrics } from '../../operations/contracts/metrics.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { UuidParam } from '../../shared/http/uuid-param.js';
import { ApplyCallSignalCommand } from '../facts/apply-call-signal.command.js';
import { type CarrierMessage, type RenderedPrompt, TelephonyPort } from '../telephony-port.js';
import { rawBodyOf, WebhookGuard } from './webhook.guard.js';
import { WebhookTurns } from './webhook-turns.js';

type Webhook = RawBodyRequest<FastifyRequest>;

/** Where Twilio calls us. Every answer of 2xx for a known call means: stored. */
@OpenEndpoint()
@ApiExcludeController()
@UseGuards(WebhookGuard)
@Controller('webhooks/twilio/calls/:attemptId')
export class TwilioWebhooksController {
  constructor(
    private readonly commands: CommandBus,
    private readonly port: TelephonyPort,
    private readonly turns: WebhookTurns,
    private readonly metrics: Metrics,
  ) {}

  @Post('status')
  @HttpCode(204)
  async status(@Param('attemptId', UuidParam) attemptId: string, @Req() request: Webhook): Promise<void> {
    const message = this.read(request);
    if (message.signal === null)
      throw new DomainError('malformed_body', 'The callback carries no call status.');
    const { providerCallId, signal } = message;
    const result = await this.commands.execute(
      new ApplyCallSignalCommand(attemptId, providerCallId, signal, 'webhook'),
    );
    this.metrics.webhook(
      result === 'applied' || result === 'unwanted'
        ? 'stored'
        : result === 'duplicate'
          ? 'duplicate'
          : 'unknown_call',
    );
    if (result === 'unknown_attempt') throw new DomainError('not_found', 'There is no such call.');
  }

  @Post('turns/:turn')
  @HttpCode(200)
  async turn(
    @Param('attemptId', UuidParam) attemptId: string,
    @Param('turn') turnText: string,
    @Req() request: Webhook,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<string> {
    const message = this.read(request);
    const turn = /^[0-9]{1,4}$/.test(turnText) ? Number(turnText) : undefined;
    if (turn === undefined) throw new DomainError('not_found');
    return send(reply, await this.turns.answer(attemptId, turn, message, carriedBy(request.query)));
  }

  /** The carrier could not fetch or read our answer: an apology, without touching the database. */
  @Post('fallback')
  @HttpCode(200)
  fallback(
    @Param('attemptId', UuidParam) attemptId: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): string {
    this.metrics.webhook('failed');
    return send(reply, this.turns.apology(attemptId));
  }

  private read(request: Webhook): CarrierMessage {
    const message = this.port.parse(rawBodyOf(request));
    if (message === null)
      throw new DomainError('malformed_body', 'This is not a callback for one of our calls.');
    return message;
  }
}

/** What our own address carries: one text for each name, as we have written it. */
function carriedBy(query: unknown): Record<string, string> {
  const entries = Object.entries((query ?? {}) as Record<string, unknown>);
  const carried = entries.filter((entry): entry is [string, string] => isText(entry[1]));
  if (carried.length < entries.length) throw new DomainError('malformed_body', 'This is not our address.');
  return Object.fromEntries(carried);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && !value.includes('\0');
}

function send(reply: FastifyReply, rendered: RenderedPrompt): string {
  void reply.header('content-type', rendered.contentType);
  return rendered.body;
}
