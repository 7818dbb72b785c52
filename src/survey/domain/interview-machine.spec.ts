import { describe, expect, it } from 'vitest';
import type { CalleeInput } from '../contracts/prompt.js';
import type { SurveyDefinition } from '../contracts/survey-definition.js';
import { advance, begin } from './interview-machine.js';
import { standingOf, type InterviewEffect, type InterviewTurn } from './interview-state.js';
import { en } from './texts/en.js';
import { spokenTexts } from './texts/spoken-texts.js';

const survey: SurveyDefinition = {
  introduction: 'Hello, this is Larkfield Research.',
  consent: 'May we ask you?',
  questions: [
    { key: 'satisfaction', type: 'scale', text: 'How satisfied?', min: 1, max: 5 },
    { key: 'extra', type: 'yes_no', text: 'One more?', required: false },
    { key: 'nps', type: 'scale', text: 'How likely?', min: 0, max: 10 },
  ],
  closing: 'Thank you.',
};
const texts = spokenTexts(survey, 'en-US');
const silence: CalleeInput = { kind: 'silence' };
const keys = (pressed: string): CalleeInput => ({ kind: 'keys', keys: pressed });

/** Plays inputs from the first prompt; strings are keys, null is silence. */
function play(inputs: (string | null | CalleeInput)[], definition = survey, answered: string[] = []) {
  const spoken = spokenTexts(definition, 'en-US');
  const effects: InterviewEffect[] = [];
  let last: InterviewTurn = begin(definition, spoken, answered);
  for (const input of inputs) {
    const one = input === null ? silence : typeof input === 'string' ? keys(input) : input;
    last = advance(definition, spoken, last.state, one);
    effects.push(...last.effects);
  }
  return { ...last, effects, standing: standingOf(last.state) };
}

describe('the first prompt', () => {
  it('is introduction, opt-out, consent and keys in one, so that 9 works during the introduction', () => {
    const { prompt, effects } = begin(survey, texts, []);
    expect(prompt.say).toEqual([survey.introduction, en.optOut, survey.consent, en.consentKeys]);
    expect(prompt.listen).toEqual({ maxDigits: 1, finishKey: null, timeoutSeconds: 6 });
    expect(prompt.language).toBe('en-US');
    expect(effects).toEqual([]);
  });

  it('says no keys where the texts name them', () => {
    expect(begin({ ...survey, instructions: false }, texts, []).prompt.say).toEqual([
      survey.introduction,
      survey.consent,
    ]);
  });
});

describe('consent', () => {
  it('by 1 leads to the first question', () => {
    const { prompt, effects, standing } = play(['1']);
    expect(effects).toEqual([{ kind: 'consented' }]);
    expect(prompt.say).toEqual(['How satisfied?', 'Press a key from 1 to 5.']);
    expect(standing).toEqual({ kind: 'open' });
  });

  it('refused by 2 says goodbye', () => {
    const { prompt, effects, standing } = play(['2']);
    expect(effects).toEqual([{ kind: 'refused', neverAgain: false }]);
    expect(prompt).toEqual({ say: [en.refused], language: 'en-US', listen: null });
    expect(standing).toEqual({ kind: 'refused', neverAgain: false });
  });

  it('answered by 9 confirms that nobody will call again', () => {
    const { prompt, effects, standing } = play(['9']);
    expect(effects).toEqual([{ kind: 'refused', neverAgain: true }]);
    expect(prompt.say).toEqual([en.optedOut]);
    expect(standing).toEqual({ kind: 'refused', neverAgain: true });
  });

  it('is asked again after silence and after a wrong key, with the opt-out but without the introduction', () => {
    expect(play([null]).prompt.say).toEqual([en.silent, en.optOut, survey.consent, en.consentKeys]);
    expect(play(['5']).prompt.say).toEqual([en.invalid, en.optOut, survey.consent, en.consentKeys]);
  });

  it('left open three times ends the call without being a refusal', () => {
    const { prompt, effects, standing } = play([null, '7', null]);
    expect(effects).toEqual([{ kind: 'no_response' }]);
    expect(prompt).toEqual({ say: [en.noResponse], language: 'en-US', listen: null });
    expect(standing).toEqual({ kind: 'no_response' });
  });

  it('can still be given, refused or opted out of at the third try', () => {
    expect(play([null, '7', '1']).effects).toEqual([{ kind: 'consented' }]);
    expect(play([null, '7', '2']).effects).toEqual([{ kind: 'refused', neverAgain: false }]);
    expect(play([null, '7', '9']).effects).toEqual([{ kind: 'refused', neverAgain: true }]);
  });
});

describe('the questions', () => {
  it('are asked in order, each answer stored before the next prompt, up to the closing', () => {
    const { prompt, effects, standing } = play(['1', '4', '1', '10#']);
    expect(effects).toEqual([
      { kind: 'consented' },
      { kind: 'answered', key: 'satisfaction', questionType: 'scale', value: 4 },
      { kind: 'answered', key: 'extra', questionType: 'yes_no', value: true },
      { kind: 'answered', key: 'nps', questionType: 'scale', value: 10 },
      { kind: 'completed' },
    ]);
    expect(prompt).toEqual({ say: ['Thank you.'], language: 'en-US', listen: null });
    expect(standing).toEqual({ kind: 'completed' });
  });

  it('take 9 for what it means there, never for an opt-out', () => {
    expect(play(['1', '9']).prompt.say[0]).toBe(en.invalid);
    expect(play(['1', '9']).standing).toEqual({ kind: 'open' });
    expect(play(['1', '4', '1', '9']).effects.at(-2)).toMatchObject({ key: 'nps', value: 9 });
  });

  it('are asked again with the reason, the text and the keys', () => {
    expect(play(['1', null]).prompt.say).toEqual([en.silent, 'How satisfied?', 'Press a key from 1 to 5.']);
    expect(play(['1', '8']).prompt.say).toEqual([en.invalid, 'How satisfied?', 'Press a key from 1 to 5.']);
  });

  it('end the call at the third unusable input of a required question', () => {
    const { effects, standing } = play(['1', '8', null, '8']);
    expect(effects).toEqual([{ kind: 'consented' }, { kind: 'no_response' }]);
    expect(standing).toEqual({ kind: 'no_response' });
  });

  it('go on after the third unusable input of an optional question', () => {
    const { prompt, effects, standing } = play(['1', '4', null, '7', null]);
    expect(prompt.say[0]).toBe('How likely?');
    expect(effects.map(({ kind }) => kind)).toEqual(['consented', 'answered']);
    expect(standing).toEqual({ kind: 'open' });
  });

  it('complete the interview when the last, optional one stays unanswered', () => {
    const questions = [survey.questions[0]!, survey.questions[1]!];
    const { effects, standing } = play(['1', '4', null, null, null], { ...survey, questions });
    expect(effects.at(-1)).toEqual({ kind: 'completed' });
    expect(standing).toEqual({ kind: 'completed' });
  });

  it('give each prompt its own tries', () => {
    expect(play(['1', null, null, '4', null, null, '1', null, null, '10']).standing).toEqual({
      kind: 'completed',
    });
  });

  it('say no keys where the question names them, and say them where only the survey is silent', () => {
    const named = { ...survey, questions: [{ ...survey.questions[0]!, instructions: false }] };
    expect(play(['1'], named).prompt.say).toEqual(['How satisfied?']);
    const unnamed = {
      ...survey,
      instructions: false,
      questions: [{ ...survey.questions[0]!, instructions: true }],
    };
    expect(play(['1'], unnamed).prompt.say).toEqual(['How satisfied?', 'Press a key from 1 to 5.']);
  });
});

describe('keys', () => {
  it('* repeats the whole prompt and costs no try', () => {
    expect(play(['*']).prompt).toEqual(begin(survey, texts, []).prompt);
    expect(play(['1', '8', '*']).prompt.say[0]).toBe('How satisfied?');
    expect(play(['1', '8', '*', '8', '*', '4']).effects.at(-1)).toMatchObject({
      key: 'satisfaction',
      value: 4,
    });
  });

  it('* repeats inside an input of several digits', () => {
    expect(play(['1', '4', '1', '1*']).prompt.say[0]).toBe('How likely?');
    expect(play(['1', '4', '1', '1*0']).standing).toEqual({ kind: 'open' });
  });

  it('* beyond the third repetition counts as unclear', () => {
    expect(play(['*', '*', '*', '*']).prompt.say[0]).toBe(en.invalid);
    expect(play(['*', '*', '*', '*', '*', '*']).standing).toEqual({ kind: 'no_response' });
  });

  it('a lone # is an empty input', () => {
    expect(play(['#']).prompt.say[0]).toBe(en.silent);
    expect(play(['1', '4', '1', '']).prompt.say[0]).toBe(en.silent);
  });

  it('longer than the prompt waits for are unclear, even where the number would fit', () => {
    expect(play(['1', '04']).prompt.say[0]).toBe(en.invalid);
    expect(play(['1', '4', '1', '0010']).prompt.say[0]).toBe(en.invalid);
    expect(play(['1', '4', '1', '100']).prompt.say[0]).toBe(en.invalid);
  });

  it('are the only answer: speech is unclear', () => {
    expect(play([{ kind: 'speech', text: 'no', confidence: 0.9 }]).prompt.say[0]).toBe(en.invalid);
  });
});

describe('a later call', () => {
  it('asks for consent again, then the first unanswered question', () => {
    expect(play([], survey, ['satisfaction']).prompt.say[0]).toBe(survey.introduction);
    expect(play(['1'], survey, ['satisfaction']).prompt.say[0]).toBe('One more?');
    expect(play(['1'], survey, ['satisfaction', 'extra']).prompt.say[0]).toBe('How likely?');
  });

  it('passes over what was answered between open questions', () => {
    expect(play(['1', '4'], survey, ['extra']).prompt.say[0]).toBe('How likely?');
  });

  it('completes after consent when nothing is left to ask', () => {
    expect(play(['1'], survey, ['satisfaction', 'extra', 'nps']).effects).toEqual([
      { kind: 'consented' },
      { kind: 'completed' },
    ]);
  });
});

describe('a call that has ended', () => {
  it.each([[['2']], [['9']], [[null, null, null]], [['1', '4', '1', '10']]])(
    'says its last words again and changes nothing: %j',
    (inputs) => {
      const ended = play(inputs);
      for (const input of [keys('1'), keys('9'), keys('*'), silence]) {
        const again = advance(survey, texts, ended.state, input);
        expect(again.prompt).toEqual(ended.prompt);
        expect(again.state).toBe(ended.state);
        expect(again.effects).toEqual([]);
      }
    },
  );
});

describe('a language without texts', () => {
  it('is spoken with the survey’s own words only', () => {
    const own = { ...survey, instructions: false, consent: 'Ja 1, nein 2?', closing: 'Danke.' };
    const spoken = spokenTexts(own, 'de-DE');
    const first = begin(own, spoken, []);
    expect(first.prompt).toMatchObject({ say: [survey.introduction, 'Ja 1, nein 2?'], language: 'de-DE' });
    expect(advance(own, spoken, first.state, silence).prompt.say).toEqual(['Ja 1, nein 2?']);
    expect(advance(own, spoken, first.state, keys('2')).prompt.say).toEqual(['Danke.']);
  });
});
