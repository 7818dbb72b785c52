import type { Texts } from './texts.js';

export const en: Texts = {
  voice: 'en-US',
  consent: 'May we ask you a few short questions?',
  optOut: 'If you never want to be called by us again, press 9 now.',
  consentKeys: 'Press 1 for yes, or 2 for no. At any time, press star to hear a question again.',
  silent: 'We did not receive an answer.',
  invalid: 'Sorry, that is not one of the possible answers.',
  refused: 'That is fine. Thank you for your time. Goodbye.',
  optedOut: 'We have noted your wish and will not call this number again. Goodbye.',
  noResponse: 'We did not receive an answer, so we will end the call here. Goodbye.',
  closing: 'That was the last question. Thank you for your time. Goodbye.',
  apology: 'We are sorry, something went wrong on our side. Goodbye.',
};
