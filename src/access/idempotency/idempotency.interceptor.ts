import { createHash } from 'node:crypto';
import {
  type CallHandler,
  type ExecutionContext,
  HttpException,
  Injectable,
  Logger,
  type NestInterceptor,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import { Clock } from '../../shared/clock/clock.js';
import { CommitWatch } from '../../shared/db/commit-watch.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { callerOf } from '../api-keys/caller.js';
import { type IdempotencyKey, IdempotencyRows } from './idempotency-rows.js';

const METHODS = new Set(['POST', 'PATCH', 'DELETE']);
const VISIBLE = /^[\x21-\x7e]{1,255}$/;

/**
 * `Idempotency-Key` on the API's writes: of any number of equal requests one is carried out, the others get its stored
 * answer. A request that was refused, or failed before anything was committed, gives its key back. A process that dies in
 * between, or a COMMIT whose answer is lost, leaves it open: repetitions are refused rather than carried out twice.
 */
@Injectable()
export class IdempotencyInterceptor implements NestInterceptor {
  private readonly log = new Logger('Access');

  constructor(
    private readonly rows: IdempotencyRows,
    private readonly clock: Clock,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<FastifyRequest>();
    const key = keyOf(request);
    if (key === undefined) return next.handle();
    return defer(() => this.once(key, request, context.switchToHttp().getResponse<FastifyReply>(), next));
  }

  private async once(
    key: IdempotencyKey,
    request: FastifyRequest,
    reply: FastifyReply,
    next: CallHandler,
  ): Promise<unknown> {
    const hash = hashOf(request);
    while (!(await this.rows.takeIfFree(key, hash, await this.clock.now()))) {
      const kept = await this.rows.read(key);
      // Given back between the two statements: it is free again.
      if (kept === undefined) continue;
      if (kept.requestHash !== hash) throw new DomainError('idempotency_key_reused');
      if (kept.status === null) throw new DomainError('idempotency_in_progress');
      void reply.status(kept.status).header('idempotent-replayed', 'true');
      return kept.response === null ? undefined : JSON.parse(kept.response);
    }
    let result: unknown;
    const watch = new CommitWatch();
    try {
      result = await watch.run(() => lastValueFrom(next.handle(), { defaultValue: undefined }));
    } catch (error) {
      if (isRefusal(error) || !watch.mayHaveCommitted) await this.free(key);
      throw error;
    }
    await this.keep(key, reply.statusCode, result);
    return result;
  }

  /** The request's own error is its answer, also when the key cannot be given back now. */
  private async free(key: IdempotencyKey): Promise<void> {
    await this.rows.freeIfOpen(key).catch((error: unknown) => {
      this.log.error(`An Idempotency-Key could not be given back: ${(error as Error).message}`);
    });
  }

  /** What was done stays done and its answer is sent, even if it can no longer be kept: repetitions then get a 409. */
  private async keep(key: IdempotencyKey, status: number, result: unknown): Promise<void> {
    try {
      const text = result === undefined || result === null ? null : JSON.stringify(result);
      await this.rows.finishIfOpen(key, status, text);
    } catch (error) {
      this.log.error(`The answer for an Idempotency-Key could not be stored: ${(error as Error).message}`);
    }
  }
}

function isRefusal(error: unknown): boolean {
  return error instanceof DomainError || (error instanceof HttpException && error.getStatus() < 500);
}

function keyOf(request: FastifyRequest): IdempotencyKey | undefined {
  const header = request.headers['idempotency-key'];
  const caller = callerOf(request);
  if (header === undefined || caller === undefined) return undefined;
  if (!METHODS.has(request.method) || !request.url.startsWith('/api/v1/')) return undefined;
  // An upload is read while it arrives: its bytes are not known before it is carried out.
  if (request.headers['content-type']?.startsWith('multipart/') === true) return undefined;
  const key = String(header);
  if (!VISIBLE.test(key)) {
    const message = 'Idempotency-Key must be 1 to 255 visible ASCII characters';
    throw new DomainError('validation_failed', message, {
      problems: [{ field: 'Idempotency-Key', code: 'wrong_format', message }],
    });
  }
  return { apiKeyId: caller.id, key };
}

function hashOf(request: FastifyRequest & { rawBody?: Buffer }): string {
  const body = request.rawBody ?? JSON.stringify(request.body ?? null);
  return createHash('sha256').update(`${request.method}\n${request.url}\n`).update(body).digest('hex');
}
