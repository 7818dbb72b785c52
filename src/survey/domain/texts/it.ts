import type { Texts } from './texts.js';

export const it: Texts = {
  voice: 'it-IT',
  consent: 'Possiamo farle alcune brevi domande?',
  optOut: 'Se non vuole più ricevere nostre chiamate, prema 9 adesso.',
  consentKeys:
    'Prema 1 per sì, oppure 2 per no. In qualsiasi momento, prema asterisco per riascoltare una domanda.',
  silent: 'Non abbiamo ricevuto risposta.',
  invalid: 'Ci scusi, questa non è una delle risposte possibili.',
  refused: 'Va bene così. Grazie per il suo tempo. Arrivederci.',
  optedOut: 'Abbiamo preso nota della sua richiesta e non chiameremo più questo numero. Arrivederci.',
  noResponse: 'Non abbiamo ricevuto risposta, quindi concludiamo qui la chiamata. Arrivederci.',
  closing: 'Era l’ultima domanda. Grazie per il suo tempo. Arrivederci.',
  apology: 'Ci scusi, si è verificato un problema da parte nostra. Arrivederci.',
};
