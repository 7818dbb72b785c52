import { Controller, Get, HttpStatus, Logger, Res } from '@nestjs/common';
import { ApiOperation, ApiServiceUnavailableResponse } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { OpenEndpoint } from '../../access/contracts/open-endpoint.js';
import { Environment } from '../../shared/environment/environment.js';
import { LivenessDto, ReadinessDto } from './health.dto.js';
import { HealthQueries } from './health.queries.js';
import { type HealthFacts, judgeReadiness } from './readiness.js';

/** Longer than PostgreSQL's own limits, so that only a server that does not answer at all runs into it. */
const PATIENCE_MS = 3_500;

@OpenEndpoint()
@Controller('health')
export class HealthController {
  private readonly log = new Logger('Health');
  private reading: Promise<HealthFacts['database']> | null = null;
  private lastStatus: ReadinessDto['status'] = 'ok';

  constructor(
    private readonly queries: HealthQueries,
    private readonly environment: Environment,
  ) {}

  @Get('live')
  @ApiOperation({ summary: 'Is the process alive? Asks nothing else.' })
  live(): LivenessDto {
    return { status: 'ok' };
  }

  @Get('ready')
  @ApiOperation({
    summary: 'Can the process do its work? 503 while database, migrations or durability fail.',
  })
  @ApiServiceUnavailableResponse({ type: ReadinessDto, description: 'Not ready; `checks` says what fails.' })
  async ready(@Res({ passthrough: true }) reply: FastifyReply): Promise<ReadinessDto> {
    const readiness = judgeReadiness({
      database: await this.read(),
      schedulerEnabled: this.environment.SCHEDULER_ENABLED,
    });
    if (readiness.status !== this.lastStatus) {
      this.lastStatus = readiness.status;
      this.log[readiness.status === 'ok' ? 'log' : 'warn'](
        `Readiness is ${readiness.status}: ${describe(readiness)}`,
      );
    }
    if (readiness.status === 'unavailable') void reply.status(HttpStatus.SERVICE_UNAVAILABLE);
    return readiness;
  }

  /** Anyone may ask; however many do at once, one connection is used. */
  private read(): Promise<HealthFacts['database']> {
    this.reading ??= within(PATIENCE_MS, this.queries.facts())
      .catch((error: unknown) => {
        this.log.debug(
          `The database does not answer: ${error instanceof Error ? error.message : String(error)}`,
        );
        return null;
      })
      .finally(() => (this.reading = null));
    return this.reading;
  }
}

function describe(readiness: ReadinessDto): string {
  return Object.entries(readiness.checks)
    .filter(([, check]) => check.status !== 'ok')
    .map(([name, check]) => `${name} ${check.status} (${check.detail ?? ''})`)
    .join(', ');
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
