export class HealthCheckDto {
  /** @example "ok" */
  status: 'ok' | 'disabled' | 'degraded' | 'failed';
  /** What is the matter; absent where nothing is. */
  detail?: string;
}

export class HealthChecksDto {
  database: HealthCheckDto;
  /** Every migration of this build has run. */
  migrations: HealthCheckDto;
  /** `fsync` and `synchronous_commit` are not off: what was committed survives a power cut. */
  durability: HealthCheckDto;
  /** Closed unless the carrier refuses every call; open, dialling waits and the rest works. */
  circuit: HealthCheckDto;
  scheduler: HealthCheckDto;
}

export class ReadinessDto {
  /** `unavailable` comes with 503; `degraded` still answers requests and callbacks. */
  status: 'ok' | 'degraded' | 'unavailable';
  checks: HealthChecksDto;
}

export class LivenessDto {
  /** @example "ok" */
  status: 'ok';
}
