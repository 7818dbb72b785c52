import type { DomainEvent } from './domain-event.js';

/**
 * A committed event on the in-memory bus, for reactions that may be lost: metrics, log lines, wake-ups. What must not
 * be lost subscribes to the log.
 */
export class CommittedEvent {
  constructor(readonly event: DomainEvent) {}
}
