import { Injectable } from '@nestjs/common';
import { collectDefaultMetrics, Counter, Histogram, Registry } from 'prom-client';
import { Environment } from '../../shared/environment/environment.js';
import { Metrics, type WebhookResult } from '../contracts/metrics.js';

const RESULTS: WebhookResult[] = ['stored', 'duplicate', 'invalid_signature', 'unknown_call', 'failed'];

/** What this process counts itself, in a registry of its own. Each process of an installation has its own counts. */
@Injectable()
export class ProcessMetrics extends Metrics {
  readonly registry = new Registry();
  private readonly claims = new Counter({
    name: 'vsa_claims_total',
    help: 'Attempts claimed by this process.',
    registers: [this.registry],
  });
  private readonly turns = new Histogram({
    name: 'vsa_turn_seconds',
    help: 'A turn of an interview, from the request to the answer.',
    // A person on the line waits for it; past 4 s the answer is given without the database.
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8],
    registers: [this.registry],
  });
  private readonly webhooks = new Counter({
    name: 'vsa_webhooks_total',
    help: 'Requests of the carrier, by what became of them.',
    labelNames: ['result'],
    registers: [this.registry],
  });

  private readonly failedLookUps = new Counter({
    name: 'vsa_failed_lookups_total',
    help: 'Questions about a call that the carrier did not answer.',
    registers: [this.registry],
  });

  constructor(environment: Environment) {
    super();
    // Workers share one port: a scrape meets any of them, and their counts must not be taken for one.
    this.registry.setDefaultLabels({ worker: environment.WORKER_NAME });
    collectDefaultMetrics({ register: this.registry });
    for (const result of RESULTS) this.webhooks.inc({ result }, 0);
  }

  override claimed(attempts: number): void {
    this.claims.inc(attempts);
  }

  override turn(seconds: number): void {
    this.turns.observe(seconds);
  }

  override lookUpFailed(): void {
    this.failedLookUps.inc();
  }

  override webhook(result: WebhookResult): void {
    this.webhooks.inc({ result });
  }
}
