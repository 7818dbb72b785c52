import { describe, expect, it } from 'vitest';
import type { ChoiceQuestion } from '../../contracts/survey-definition.js';
import { choice } from './choice.js';

const options = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ value: `v${index + 1}`, label: `option ${index + 1}` }));
const of = (count: number): ChoiceQuestion => ({
  key: 'q',
  type: 'choice',
  text: 'Which?',
  options: options(count),
});
const codes = (config: Record<string, unknown>) =>
  choice.problems(config, 'q').map(({ field, code }) => [field, code]);

describe('choice', () => {
  it('takes the key of an option for its value', () => {
    expect(choice.accept(of(3), '1')).toEqual({ ok: true, value: 'v1' });
    expect(choice.accept(of(3), '3')).toEqual({ ok: true, value: 'v3' });
    expect(choice.accept(of(9), '9')).toEqual({ ok: true, value: 'v9' });
  });

  it.each(['0', '4', '9', '#', '12', '01', 'A'])('takes no key without an option: %j', (keys) => {
    expect(choice.accept(of(3), keys)).toEqual({ ok: false });
  });

  it('needs nothing after the key', () => {
    expect(choice.listening(of(9))).toMatchObject({ maxDigits: 1, finishKey: null });
  });

  it('names the key of every option in every language', () => {
    expect(choice.instructions(of(2), 'en')).toEqual(['Press 1 for option 1.', 'Press 2 for option 2.']);
    expect(choice.instructions(of(2), 'it')).toEqual(['Prema 1 per option 1.', 'Prema 2 per option 2.']);
  });

  it('has two to nine options', () => {
    expect(codes({ options: options(2) })).toEqual([]);
    expect(codes({ options: options(9) })).toEqual([]);
    expect(codes({ options: options(1) })).toEqual([['q.options', 'too_few']]);
    expect(codes({ options: options(10) })).toEqual([['q.options', 'too_many']]);
    expect(codes({})).toEqual([['q.options', 'required']]);
    expect(codes({ options: 'a,b' })).toEqual([['q.options', 'must_be_list']]);
  });

  it('names every option that is not well formed', () => {
    const config = {
      options: [
        { value: 'a', label: 'A' },
        { value: 'a', label: 'again' },
        { value: '', label: 7, extra: true },
        'plain',
        { value: 5, label: 'x'.repeat(201) },
      ],
    };
    expect(codes(config)).toEqual([
      ['q.options[2].extra', 'unknown_field'],
      ['q.options[2].value', 'required'],
      ['q.options[2].label', 'must_be_text'],
      ['q.options[3]', 'must_be_object'],
      ['q.options[4].value', 'must_be_text'],
      ['q.options[4].label', 'too_long'],
      ['q.options[1].value', 'not_unique'],
    ]);
  });

  it('needs a label for every option before anybody is called', () => {
    const question = { ...of(2), options: [{ value: 'a', label: ' ' }, { value: 'b' } as never] };
    expect(choice.launchProblems?.(question, 'q').map(({ field }) => field)).toEqual([
      'q.options[0].label',
      'q.options[1].label',
    ]);
  });

  it('takes a whole key only', () => {
    expect(choice.accept(of(9), '1a')).toEqual({ ok: false });
  });

  it('says what is wrong with the options', () => {
    const said = (config: Record<string, unknown>) =>
      choice.problems(config, 'q').map(({ message }) => message);
    expect(said({ options: null })).toEqual(['q.options is required']);
    expect(said({ options: 'a,b' })).toEqual(['q.options must be an array']);
    expect(said({ options: options(1) })).toEqual(['q.options must have 2 to 9 options']);
    expect(said({ options: options(10) })).toEqual(['q.options must have 2 to 9 options']);
    expect(
      said({
        options: [
          { value: 'a', label: 'A' },
          { value: 'a', label: 'B' },
        ],
      }),
    ).toEqual(['the value "a" stands for another option already']);
    expect(said({ options: [null, { label: 'B' }] })).toEqual([
      'q.options[0] must be an object with value and label',
      'q.options[1].value is required',
    ]);
  });

  it('does not take two values of the wrong kind for the same value', () => {
    const twice = [
      { value: 5, label: 'A' },
      { value: 5, label: 'B' },
    ];
    expect(codes({ options: twice })).toEqual([
      ['q.options[0].value', 'must_be_text'],
      ['q.options[1].value', 'must_be_text'],
    ]);
  });

  it('says which label is missing, counted as the keys are', () => {
    const question = { ...of(2), options: [...options(1), { value: 'b', label: '' }] };
    expect(choice.launchProblems?.(question, 'q')).toEqual([
      { field: 'q.options[1].label', code: 'required', message: 'the label of option 2 is blank' },
    ]);
  });
});
