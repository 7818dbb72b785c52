/** A parsed TwiML document: only the verbs and attributes that the simulated phone executes. */
export interface TwimlDocument {
  readonly verbs: readonly Verb[];
}

export type Verb = Prompt | Gather | Redirect | Hangup;
export type Prompt = Say | Play | Pause;
export type HttpMethod = 'GET' | 'POST';

export interface Say {
  readonly verb: 'Say';
  readonly text: string;
  readonly language: string | null;
  /** Times the text is spoken; 0 means until the call ends. */
  readonly loop: number;
}

export interface Play {
  readonly verb: 'Play';
  readonly url: string;
  readonly loop: number;
}

export interface Pause {
  readonly verb: 'Pause';
  readonly seconds: number;
}

export interface Gather {
  readonly verb: 'Gather';
  readonly prompts: readonly Prompt[];
  readonly input: readonly ('dtmf' | 'speech')[];
  /** null: the current document's own URL is requested again. */
  readonly action: string | null;
  readonly method: HttpMethod;
  /** Seconds of silence after the prompts or after the last key. */
  readonly timeoutSeconds: number;
  /** null: any number of digits. */
  readonly numDigits: number | null;
  /** Keys of which any one ends the input; empty: none does. */
  readonly finishOnKey: string;
  readonly actionOnEmptyResult: boolean;
  readonly bargeIn: boolean;
  readonly language: string | null;
}

export interface Redirect {
  readonly verb: 'Redirect';
  readonly url: string;
  readonly method: HttpMethod;
}

export interface Hangup {
  readonly verb: 'Hangup';
}

/** Why a document could not be executed, under the code Twilio's error dictionary gives it. */
export class TwimlError extends Error {
  constructor(
    readonly code: 11200 | 11205 | 11750 | 12100 | 12200 | 12300,
    message: string,
  ) {
    super(message);
  }
}
