import { between, type Draw } from '../chance.js';
import type { Prompt } from '../twiml/document.js';

/** How long things take on the telephone, in milliseconds of the story. */
const MS_PER_CHARACTER = 1000 / 15;
const PLAY_MS = 5000;
/** A prompt that loops for ever is bounded by the call's time limit, not by this. */
const FOREVER = 1000;

export const BETWEEN_KEYS_MS = 300;

/** Time from the create request to dialling when nothing is queued before it. */
export const dialDelayMs = (draw: Draw) => between(100, 300, draw('dial delay'));
export const connectMs = (draw: Draw) => between(500, 1500, draw('connect'));
export const busyToneMs = (draw: Draw) => between(1000, 3000, draw('busy tone'));

/** 2 to 8 seconds, but within the ring timeout: who is meant to take the call does. */
export function ringMs(draw: Draw, ringSeconds: number): number {
  return Math.min(between(2000, 8000, draw('ring')), ringSeconds * 900);
}

export function promptMs(prompt: Prompt): number {
  if (prompt.verb === 'Pause') return prompt.seconds * 1000;
  const loops = prompt.loop === 0 ? FOREVER : prompt.loop;
  return loops * (prompt.verb === 'Play' ? PLAY_MS : prompt.text.length * MS_PER_CHARACTER);
}

/** 1 to 3 seconds, but in time: whoever means to press a key does not miss the gather's timeout. */
export function reactionMs(draw: Draw, gather: number, timeoutSeconds: number): number {
  return Math.min(between(1000, 3000, draw(`reaction ${gather}`)), timeoutSeconds * 800);
}

/** The share of the prompt that is listened to before pressing: three in ten do not wait for its end. */
export function listenedShare(draw: Draw, gather: number, bargeIn: boolean): number {
  if (!bargeIn || draw(`interrupts ${gather}`) >= 0.3) return 1;
  return between(0.3, 0.9, draw(`interrupts at ${gather}`));
}

/** The share of the prompt after which somebody who has had enough hangs up. */
export const hangUpShare = (draw: Draw) => between(0.2, 0.9, draw('hangs up at'));

/** Until the carrier can tell who answered. Waiting for the end of a machine's greeting takes longer. */
export function detectionMs(draw: Draw, machine: boolean, untilGreetingEnds: boolean): number {
  if (machine && untilGreetingEnds) return between(8000, 20_000, draw('greeting'));
  return between(2500, 4500, draw('detection'));
}
