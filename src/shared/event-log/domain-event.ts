/** What an event is about: the aggregate whose row changed. */
export type EntityKind =
  'campaign' | 'contact' | 'call' | 'interview' | 'suppression' | 'import' | 'settings' | 'circuit';

/** One state change, stored in the transaction that made it. */
export interface DomainEvent<P extends object = Record<string, unknown>> {
  /** Versioned wire name, `contact.settled.v1`; the part before the first dot is the entity's kind. */
  type: string;
  entityKind: EntityKind;
  entityId: string;
  /** The row's version after the change; gapless per entity. */
  entityVersion: number;
  campaignId: string | null;
  contactId: string | null;
  attemptId: string | null;
  payload: P;
  occurredAt: Date;
}

/** A committed event with its place in the log. */
export interface LoggedEvent<P extends object = Record<string, unknown>> extends DomainEvent<P> {
  id: string;
  position: number;
}

export interface EventSource {
  entityId: string;
  version: number;
  at: Date;
  campaignId?: string | null;
  contactId?: string | null;
  attemptId?: string | null;
}

/** A kind of event: its name, and how one is made. */
export interface EventType<P extends object> {
  readonly type: string;
  of(source: EventSource, payload: P): DomainEvent<P>;
}

/** Declares an event of a room's contract: `const CallEnded = defineEvent<{outcome: CallOutcome}>('call.ended.v1')`. */
export function defineEvent<P extends object>(type: `${EntityKind}.${string}.v${number}`): EventType<P> {
  const entityKind = type.split('.')[0] as EntityKind;
  return {
    type,
    of: (source, payload) => ({
      type,
      entityKind,
      entityId: source.entityId,
      entityVersion: source.version,
      campaignId: source.campaignId ?? null,
      contactId: source.contactId ?? (entityKind === 'contact' ? source.entityId : null),
      attemptId: source.attemptId ?? (entityKind === 'call' ? source.entityId : null),
      payload,
      occurredAt: source.at,
    }),
  };
}
