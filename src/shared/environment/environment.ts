import { hostname } from 'node:os';
import { plainToInstance, Transform } from 'class-transformer';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
  validateSync,
} from 'class-validator';

const FLAGS: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };
const flag = Transform(({ value }: { value: unknown }) => FLAGS[String(value)] ?? value);
const number = Transform(({ value }) => (value === undefined ? undefined : Number(value)));

const ACCOUNT_SID = /^AC[0-9a-f]{32}$/;
const E164 = /^\+[1-9][0-9]{6,14}$/;
const LEGAL_HOURS = /^([01][0-9]|2[0-3]):[0-5][0-9]-(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$/;

/** The validated environment. Durations are milliseconds unless the name says otherwise. */
export class Environment {
  @IsIn(['development', 'production', 'test']) NODE_ENV: 'development' | 'production' | 'test' =
    'development';
  @number @IsInt() @Min(0) @Max(65_535) PORT = 8880;
  @IsNotEmpty() HOST = '127.0.0.1';
  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'must be a postgres:// URL' })
  DATABASE_URL: string;
  @IsIn(['simulator', 'twilio']) TELEPHONY_PROVIDER: 'simulator' | 'twilio';
  @Matches(ACCOUNT_SID, { message: 'must be AC and 32 hexadecimal digits' }) TWILIO_ACCOUNT_SID: string;
  /** Also the key of the webhook signatures, so it is needed beside an API key. */
  @IsNotEmpty() TWILIO_AUTH_TOKEN: string;
  @IsOptional() @Matches(/^SK[0-9a-f]{32}$/) TWILIO_API_KEY_SID?: string;
  @IsOptional() @IsNotEmpty() TWILIO_API_KEY_SECRET?: string;
  @IsOptional()
  @Matches(E164, { message: 'must be an E.164 number such as +12025550199' })
  TWILIO_FROM_NUMBER?: string;
  /** A Twilio-compatible carrier; absent, Twilio itself. */
  @IsOptional()
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  TWILIO_API_BASE_URL?: string;
  /** The address at which the carrier reaches us; every webhook URL and signature is built on it. */
  @IsUrl({ require_tld: false, require_protocol: true, protocols: ['http', 'https'] })
  PUBLIC_BASE_URL: string;
  @Matches(LEGAL_HOURS, { message: 'must look like 08:00-21:00' }) LEGAL_HOURS = '08:00-21:00';
  @flag @IsBoolean() SCHEDULER_ENABLED = true;
  @number @IsInt() @Min(50) @Max(60_000) SCHEDULER_TICK_MS = 1_000;
  /** First value of the global limit; afterwards the row in `settings` rules. */
  @number @IsInt() @Min(1) @Max(100_000) MAX_CONCURRENT_CALLS = 10;
  @number @IsNumber() @Min(0.01) @Max(1_000) CALLS_PER_SECOND = 1;
  @number @IsInt() @Min(1) @Max(64) WORKERS = 1;
  @IsOptional() @Matches(/^.{24,}$/, { message: 'must have at least 24 characters' }) ADMIN_API_KEY?: string;
  @IsIn(['fatal', 'error', 'warn', 'info', 'debug', 'trace']) LOG_LEVEL = 'info';
  @flag @IsBoolean() LIVE_PROGRESS = false;
  @number @IsInt() @Min(1) DATABASE_POOL_SIZE = 10;

  /** Days an event stays in the log; 0 keeps everything. */
  @number @IsInt() @Min(0) @Max(36_500) EVENT_RETENTION_DAYS = 0;

  /** Names this process in claims and logs; the process id is added, so that no two workers share a name. */
  @IsNotEmpty()
  WORKER_NAME = hostname();

  // The bounds of the dial protocol.
  /** After this the create request is given up and its result is unknown. */
  @number @IsInt() @Min(200) CREATE_TIMEOUT_MS = 12_000;
  @number @IsInt() @Min(0) CREATE_GRACE_MS = 5_000;
  /** A claimed attempt that nobody has dialled for this long is dialled by whoever finds it. */
  @number @IsInt() @Min(100) CLAIM_STALE_MS = 5_000;
  /** How long a person who answered and did not finish is held back after the end of the call. */
  @number @IsInt() @Min(0) SETTLE_DELAY_MS = 15_000;
  /** A bound call of which nothing was heard for this long is asked for at the carrier. */
  @number @IsInt() @Min(100) SILENT_CALL_MS = 60_000;
  /** Between two look-ups of the same call. */
  @number @IsInt() @Min(50) LOOKUP_INTERVAL_MS = 60_000;
  /** How long the carrier may keep an accepted call in its queue. */
  @number @IsInt() @Min(0) CARRIER_QUEUE_MS = 60_000;
  @number @IsInt() @Min(0) LOST_MARGIN_MS = 60_000;
  @number @IsInt() @Min(100) CIRCUIT_PROBE_MS = 30_000;
  @number @IsInt() @Min(100) SHUTDOWN_GRACE_MS: number;
}

/** Reads and checks the environment; throws one error that lists every problem. */
export function readEnvironment(source: Record<string, string | undefined>): Environment {
  const given = Object.fromEntries(
    Object.entries(source).filter(([, value]) => value !== undefined && value !== ''),
  );
  const environment = plainToInstance(Environment, given, { exposeDefaultValues: true });
  environment.TELEPHONY_PROVIDER ??= 'twilio';
  environment.SHUTDOWN_GRACE_MS ??= environment.NODE_ENV === 'production' ? 30_000 : 8_000;
  environment.WORKER_NAME += `:${process.pid}`;
  const problems = validateSync(environment, { forbidUnknownValues: false }).map(
    ({ property, constraints }) => {
      // One line per variable: the check declared first says most plainly what is wrong.
      const message = Object.values(constraints ?? {}).at(-1) ?? 'is not usable';
      return message.startsWith(property) ? message : `${property} ${message}`;
    },
  );
  problems.push(...crossProblems(environment));
  if (problems.length > 0) {
    throw new Error(
      `The environment is not usable:\n${problems.map((problem) => `  - ${problem}`).join('\n')}`,
    );
  }
  return environment;
}

function crossProblems(environment: Environment): string[] {
  const problems: string[] = [];
  if (Boolean(environment.TWILIO_API_KEY_SID) !== Boolean(environment.TWILIO_API_KEY_SECRET)) {
    problems.push('TWILIO_API_KEY_SID and TWILIO_API_KEY_SECRET go together');
  }
  if (environment.TELEPHONY_PROVIDER === 'simulator' && !environment.TWILIO_API_BASE_URL) {
    problems.push(
      'TELEPHONY_PROVIDER=simulator needs TWILIO_API_BASE_URL, the address of a running simulator (npm start sets it)',
    );
  }
  if (environment.TELEPHONY_PROVIDER === 'simulator' && environment.NODE_ENV === 'production') {
    problems.push('TELEPHONY_PROVIDER=simulator is not available in production');
  }
  const [opens, closes] = String(environment.LEGAL_HOURS).split('-');
  if (closes !== undefined && opens! >= closes) problems.push('LEGAL_HOURS must open before it closes');
  if (environment.NODE_ENV === 'production') {
    if (!environment.ADMIN_API_KEY) problems.push('ADMIN_API_KEY is required in production');
    for (const name of ['PUBLIC_BASE_URL', 'TWILIO_API_BASE_URL'] as const) {
      if (!travelsSafely(environment[name])) {
        problems.push(
          `${name} must be https in production, except on this machine: what passes is personal or secret`,
        );
      }
    }
  }
  return problems;
}

function travelsSafely(url: string | undefined): boolean {
  return (
    url === undefined ||
    url.startsWith('https://') ||
    /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])([:/]|$)/.test(url)
  );
}
