import { describe, expect, it } from 'vitest';
import { drawOf } from '../chance.js';
import { NOTHING_HEARD, react, spoken, type HeardPrompt, type Memory, type Reaction } from './callee.js';
import type { Person } from './person.js';

const consent = prompt(
  'May we ask you three questions? Press 1 for yes, 2 for no, 9 to never be called again.',
);
const scale = prompt('From 1 to 5, how satisfied are you? Press a key from 1 to 5.');
const yesNo = prompt('Would you recommend us? Press 1 for yes, 2 for no.');
const visits = prompt('How many visits? Enter a number from 10 to 99, then press pound.', null);

function prompt(text: string, numDigits: number | null = 1): HeardPrompt {
  return { text, numDigits, finishOnKey: '#' };
}

function interview(person: Person, prompts: HeardPrompt[], seed = 'seed'): Reaction[] {
  let memory: Memory = NOTHING_HEARD;
  return prompts.map((heard) => {
    const [reaction, next] = react(person, memory, heard, drawOf(seed, 'call'));
    memory = next;
    return reaction;
  });
}

function keys(person: Person, prompts: HeardPrompt[], seed = 'seed'): string[] {
  return interview(person, prompts, seed).map((reaction) =>
    reaction.act === 'press' ? reaction.keys : 'hangs up',
  );
}

describe('a person at a prompt', () => {
  it('who completes consents first and then answers within the instructions', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const [first, second, third, fourth] = keys(
        { kind: 'completes' },
        [consent, scale, yesNo, visits],
        `s${seed}`,
      );
      expect(first).toBe('1');
      expect(second).toMatch(/^[1-5]$/);
      expect(third).toMatch(/^[12]$/);
      expect(fourth).toMatch(/^[1-9][0-9]#?$/);
    }
  });

  it('gives the same answers with the same seed and others with another', () => {
    const prompts = [
      consent,
      ...Array.from({ length: 8 }, (_, question) => prompt(`${question}. ${scale.text}`)),
    ];
    expect(keys({ kind: 'completes' }, prompts)).toEqual(keys({ kind: 'completes' }, prompts));
    expect(keys({ kind: 'completes' }, prompts)).not.toEqual(keys({ kind: 'completes' }, prompts, 'other'));
  });

  it('who refuses presses 2, who opts out presses 9', () => {
    expect(keys({ kind: 'refusesConsent' }, [consent])).toEqual(['2']);
    expect(interview({ kind: 'optsOut' }, [consent])).toMatchObject([{ keys: '9', intent: 'optOut' }]);
  });

  it('says the same thing when the same question is asked again', () => {
    const again = { ...consent, text: `Sorry, I did not get that. ${consent.text}` };
    expect(keys({ kind: 'refusesConsent' }, [consent, again])).toEqual(['2', '2']);
    const asked = prompt('A number? Press a key from 0 to 9.');
    const [, one, two] = keys({ kind: 'completes' }, [
      consent,
      asked,
      { ...asked, text: `Sorry. ${asked.text}` },
    ]);
    expect(two).toBe(one);
  });

  it('hangs up after so many answers, the consent counted', () => {
    expect(keys({ kind: 'hangsUp', afterAnswers: 0 }, [consent])).toEqual(['hangs up']);
    expect(keys({ kind: 'hangsUp', afterAnswers: 2 }, [consent, yesNo, scale]).at(-1)).toBe('hangs up');
  });

  it('says nothing when silent or a machine', () => {
    expect(keys({ kind: 'silent' }, [consent, consent])).toEqual(['', '']);
    expect(interview({ kind: 'machine' }, [consent])).toMatchObject([{ intent: 'silence' }]);
  });

  it('errs once per question with a key that cannot be right, never with the opt-out', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      const prompts = [consent, consent, scale, scale, visits, visits];
      const pressed = keys({ kind: 'wrongKeysFirst' }, prompts, `s${seed}`);
      expect(pressed[0]).toMatch(/^[03-8#]$/);
      expect(pressed[1]).toBe('1');
      expect(pressed[2]).toMatch(/^[06-8#]$/);
      expect(pressed[3]).toMatch(/^[1-5]$/);
      expect(pressed[4]).toMatch(/^100#?$/);
      expect(pressed[5]).toMatch(/^[1-9][0-9]#?$/);
    }
  });

  it('follows a script of keys, silence included', () => {
    const script: Person = { kind: 'completes', keys: ['5', '1', '', '42#'] };
    expect(interview(script, [consent, consent, scale, visits, visits])).toMatchObject([
      { keys: '5', intent: 'mistake' },
      { keys: '1', intent: 'consent' },
      { keys: '', intent: 'silence' },
      { keys: '42#', intent: 'answer' },
      { keys: '', intent: 'silence' },
    ]);
  });

  it('gives fixed answers in order or by a piece of the text', () => {
    expect(keys({ kind: 'completes', answers: ['4', '2'] }, [consent, scale, yesNo])).toEqual([
      '1',
      '4',
      '2',
    ]);
    const byText: Person = { kind: 'completes', answers: { recommend: '2', Satisfied: '5' } };
    expect(keys(byText, [consent, yesNo, scale])).toEqual(['1', '2', '5']);
  });

  it('hangs up in the instant of the last key where the modifier says so', () => {
    const races = (person: Person) =>
      interview(person, [consent, yesNo]).map(
        (reaction) => reaction.act === 'press' && reaction.hangsUpWithLastKey,
      );
    expect(races({ kind: 'completes', hangUpAfterLastKey: 2 })).toEqual([false, true]);
    expect(races({ kind: 'completes', keys: ['1', '2'], hangUpAfterLastKey: true })).toEqual([false, true]);
  });

  it('finishes input of open length now with the finishing key, now with a pause', () => {
    const endings = new Set(
      Array.from({ length: 40 }, (_, seed) =>
        keys({ kind: 'completes' }, [consent, visits], `s${seed}`)[1]?.endsWith('#'),
      ),
    );
    expect(endings).toEqual(new Set([true, false]));
  });
});

it('speaks where keys are not taken', () => {
  expect(spoken('1', 'consent', 'it-IT')).toBe('sì');
  expect(spoken('9', 'optOut', 'en-US')).toBe('never call me again');
  expect(spoken('42#', 'answer', null)).toBe('42');
});
