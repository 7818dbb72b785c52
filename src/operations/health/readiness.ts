/** What readiness is judged by, as it was read. */
export interface HealthFacts {
  /** null when the database did not answer. */
  database: {
    answeredMs: number;
    missingMigrations: string[];
    fsync: string;
    synchronousCommit: string;
    circuit: { state: 'open' | 'closed'; reason: string | null };
  } | null;
  schedulerEnabled: boolean;
}

export interface HealthCheck {
  status: 'ok' | 'disabled' | 'degraded' | 'failed';
  detail?: string;
}

export interface Readiness {
  status: 'ok' | 'degraded' | 'unavailable';
  checks: Record<'database' | 'migrations' | 'durability' | 'circuit' | 'scheduler', HealthCheck>;
}

/**
 * Ready means: what this process acknowledges is kept. An open circuit is `degraded`: the process still answers operators
 * and callbacks, and taking it out of a load balancer would lose both.
 */
export function judgeReadiness({ database, schedulerEnabled }: HealthFacts): Readiness {
  const unknown: HealthCheck = { status: 'failed', detail: 'unknown while the database does not answer' };
  const checks: Readiness['checks'] = {
    database: database === null ? { status: 'failed', detail: 'does not answer' } : { status: 'ok' },
    migrations: database === null ? unknown : migrations(database.missingMigrations),
    durability: database === null ? unknown : durability(database),
    circuit: database === null ? unknown : circuit(database.circuit),
    scheduler: schedulerEnabled
      ? { status: 'ok' }
      : { status: 'disabled', detail: 'SCHEDULER_ENABLED is false: this process claims nobody' },
  };
  const essential = [checks.database, checks.migrations, checks.durability];
  if (essential.some((check) => check.status === 'failed')) return { status: 'unavailable', checks };
  const degraded = Object.values(checks).some((check) => check.status === 'degraded');
  return { status: degraded ? 'degraded' : 'ok', checks };
}

function migrations(missing: string[]): HealthCheck {
  return missing.length === 0
    ? { status: 'ok' }
    : { status: 'failed', detail: `missing: ${missing.join(', ')}` };
}

/** With either of these off a power cut loses commits that were acknowledged: a person would be rung again. */
function durability(settings: { fsync: string; synchronousCommit: string }): HealthCheck {
  const off = [
    settings.fsync === 'off' ? 'fsync' : null,
    settings.synchronousCommit === 'off' ? 'synchronous_commit' : null,
  ].filter((name) => name !== null);
  return off.length === 0 ? { status: 'ok' } : { status: 'failed', detail: `off: ${off.join(', ')}` };
}

function circuit({ state, reason }: { state: string; reason: string | null }): HealthCheck {
  return state === 'closed'
    ? { status: 'ok' }
    : { status: 'degraded', detail: `open, dialling waits: ${reason ?? 'no reason given'}` };
}
