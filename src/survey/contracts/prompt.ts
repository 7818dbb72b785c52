/** What the engine says next, in no carrier's words. */
export interface Prompt {
  /** Sentences in the order in which they are spoken. */
  say: string[];
  /** BCP 47, for the voice. */
  language: string;
  /** The keys waited for; null when the call ends after the last sentence. */
  listen: Listening | null;
}

export interface Listening {
  /** Longest input; 1 means the first key is the answer. */
  maxDigits: number;
  /** Ends a longer input early; null for single keys, so that `#` and `*` arrive as keys. */
  finishKey: '#' | null;
  /** Seconds of silence, counted from the end of the last sentence or the last key. */
  timeoutSeconds: number;
}

/** What the person did with a prompt. */
export type CalleeInput =
  | { kind: 'keys'; keys: string }
  | { kind: 'speech'; text: string; confidence: number | null }
  | { kind: 'silence' };
