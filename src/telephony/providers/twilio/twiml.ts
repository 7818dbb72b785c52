import VoiceResponse from 'twilio/lib/twiml/VoiceResponse.js';
import type { Prompt } from '../../../survey/contracts/prompt.js';
import type { RenderedPrompt } from '../../telephony-port.js';

type SayAttributes = Parameters<VoiceResponse['say']>[0];
type GatherAttributes = NonNullable<Parameters<VoiceResponse['gather']>[0]>;

/** A prompt as TwiML. `actionUrl` receives the answer, silence included. */
export function promptAsTwiml(prompt: Prompt, actionUrl: string): RenderedPrompt {
  const response = new VoiceResponse();
  const voice = { language: prompt.language } as SayAttributes;
  if (prompt.listen === null) {
    for (const sentence of prompt.say) response.say(voice as never, sentence);
    response.hangup();
    return rendered(response);
  }
  const { maxDigits, finishKey, timeoutSeconds } = prompt.listen;
  const gather = response.gather({
    input: ['dtmf'],
    numDigits: maxDigits,
    finishOnKey: finishKey ?? '',
    timeout: timeoutSeconds,
    action: actionUrl,
    method: 'POST',
    actionOnEmptyResult: true,
  } as GatherAttributes);
  for (const sentence of prompt.say) gather.say(voice as never, sentence);
  // Some carriers ignore actionOnEmptyResult: falling through asks the same turn with an empty input.
  response.redirect({ method: 'POST' }, actionUrl);
  return rendered(response);
}

/** Keeps the line for a few seconds, then asks again. */
export function waitAsTwiml(seconds: number, againUrl: string): RenderedPrompt {
  const response = new VoiceResponse();
  response.pause({ length: seconds });
  response.redirect({ method: 'POST' }, againUrl);
  return rendered(response);
}

function rendered(response: VoiceResponse): RenderedPrompt {
  return { contentType: 'text/xml', body: response.toString() };
}
