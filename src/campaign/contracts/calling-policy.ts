export type Weekday = 'mon' | 'tue' | 'wed' | 'thu' | 'fri' | 'sat' | 'sun';

/** Hours in the contact's zone. `from` later than `to` crosses midnight and belongs to the day on which it opens. */
export interface CallingWindow {
  days: Weekday[];
  /** `HH:MM` */
  from: string;
  /** `HH:MM`, up to `24:00` */
  to: string;
  /** Local dates `YYYY-MM-DD` on which no window opens. */
  holidays: string[];
}

/** Outcomes that are tried again. */
export type RetriedOutcome =
  'partial' | 'hung_up' | 'no_response' | 'machine' | 'busy' | 'no_answer' | 'callback' | 'failed' | 'lost';

/** How a campaign calls. Stored complete: defaults are filled in when it is written. */
export interface CallingPolicy {
  /** Calls offered to the carrier per contact, at most. */
  maxAttempts: number;
  maxConcurrentCalls: number;
  callsPerSecond: number;
  callingWindow: CallingWindow;
  /** Delays in milliseconds before the next attempt after each outcome; the last one repeats. */
  retryMs: Record<RetriedOutcome, number[]>;
  /** How long a phone rings before the carrier gives up. */
  ringSeconds: number;
  /** The longest call. */
  callSeconds: number;
  /** `hang_up` asks the carrier to tell machines from people before the first word. */
  machineDetection: 'hang_up' | 'off';
}
