import { Controller, Get, Header, Logger } from '@nestjs/common';
import { ApiOperation, ApiProduces } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { OpenOnLoopback } from '../../access/contracts/open-endpoint.js';
import { MetricsQueries, type RowFigures } from './metrics.queries.js';
import { ProcessMetrics } from './process-metrics.js';
import { rowGauges } from './row-gauges.js';

@Controller('metrics')
export class MetricsController {
  private readonly log = new Logger('Metrics');
  private reading: Promise<RowFigures | null> | null = null;

  constructor(
    private readonly metrics: ProcessMetrics,
    private readonly queries: MetricsQueries,
  ) {}

  @Get()
  @OpenOnLoopback()
  @Header('content-type', Registry.PROMETHEUS_CONTENT_TYPE)
  @ApiOperation({ summary: 'Figures for Prometheus; on this machine without a key, elsewhere with one' })
  @ApiProduces('text/plain')
  async scrape(): Promise<string> {
    const rows = rowGauges(await this.figures());
    return `${await this.metrics.registry.metrics()}\n${await rows.metrics()}`;
  }

  /** Scrapes at once share one reading. Without the database the process's own figures are still served. */
  private figures(): Promise<RowFigures | null> {
    this.reading ??= this.queries
      .figures()
      .catch((error: unknown) => {
        this.log.debug(
          `No figures from the database: ${error instanceof Error ? error.message : String(error)}`,
        );
        return null;
      })
      .finally(() => (this.reading = null));
    return this.reading;
  }
}
