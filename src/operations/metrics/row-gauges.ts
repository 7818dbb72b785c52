import { Gauge, Registry } from 'prom-client';
import { CALL_OUTCOMES, CALL_STATUSES } from '../../telephony/contracts/call-attempt.js';
import type { RowFigures } from './metrics.queries.js';

type Samples = [labels: Record<string, string>, value: number][];

/**
 * The gauges of one scrape, in a registry made for it: the same in every process, whichever one is asked. Without
 * figures nothing but `vsa_database_up 0` is there, rather than zeros that look like peace.
 */
export function rowGauges(figures: RowFigures | null): Registry {
  const registry = new Registry();
  const gauge = (name: string, help: string, samples: number | Samples, label?: string) => {
    const made = new Gauge({
      name,
      help,
      labelNames: label === undefined ? [] : [label],
      registers: [registry],
    });
    for (const [labels, value] of typeof samples === 'number' ? [] : samples) made.set(labels, value);
    if (typeof samples === 'number') made.set(samples);
  };
  gauge('vsa_database_up', 'Whether the figures from the database are there.', figures === null ? 0 : 1);
  if (figures === null) return registry;

  const live = new Map(figures.liveCalls.map((row) => [row.status, row.calls]));
  const ended = new Map(figures.endedCalls.map((row) => [row.outcome, row.calls]));
  const parked = new Map(figures.parked.map((row) => [row.subscriber, row.events]));
  const subscribers = figures.subscriberLag;
  gauge(
    'vsa_live_calls',
    'Calls that have not ended, by status.',
    CALL_STATUSES.filter((status) => status !== 'ended').map((status) => [{ status }, live.get(status) ?? 0]),
    'status',
  );
  gauge(
    'vsa_oldest_unsettled_call_seconds',
    'Age of the oldest call that has not ended.',
    Math.max(0, ...figures.liveCalls.map((row) => row.oldestSeconds)),
  );
  gauge(
    'vsa_calls_ended',
    'Ended calls by outcome, test calls excluded. A late correction moves a call, so this is no counter.',
    CALL_OUTCOMES.map((outcome) => [{ outcome }, ended.get(outcome) ?? 0]),
    'outcome',
  );
  gauge(
    'vsa_events_unsequenced',
    'Committed events that have no position yet; stops counting at 10000.',
    figures.unsequenced.events,
  );
  gauge(
    'vsa_oldest_unsequenced_event_seconds',
    'Age of the oldest event without a position.',
    figures.unsequenced.oldestSeconds,
  );
  gauge(
    'vsa_subscriber_lag_events',
    'Positions a subscriber is behind.',
    subscribers.map(({ subscriber, events }) => [{ subscriber }, events]),
    'subscriber',
  );
  gauge(
    'vsa_subscriber_lag_seconds',
    'Age of the first event with a position that a subscriber has not passed.',
    subscribers.map(({ subscriber, oldestSeconds }) => [{ subscriber }, oldestSeconds]),
    'subscriber',
  );
  gauge(
    'vsa_subscriber_failures',
    'Failures in a row of the event a subscriber stands at.',
    subscribers.map(({ subscriber, failures }) => [{ subscriber }, failures]),
    'subscriber',
  );
  gauge(
    'vsa_parked_events',
    'Events a subscriber gave up on.',
    subscribers.map(({ subscriber }) => [{ subscriber }, parked.get(subscriber) ?? 0]),
    'subscriber',
  );
  gauge(
    'vsa_oldest_event_seconds',
    'Age of the oldest event that the retention has left in the log.',
    figures.oldestEventSeconds,
  );
  gauge('vsa_circuits_open', 'Carriers to which dialling waits.', figures.openCircuits);
  gauge(
    'vsa_dialling_stopped',
    'Whether an operator has stopped all dialling.',
    figures.diallingStopped ? 1 : 0,
  );
  return registry;
}
