import { describe, expect, it } from 'vitest';
import { yesNo } from './yes-no.js';

const question = yesNo.schema.example;

describe('yes_no', () => {
  it('takes 1 for yes and 2 for no', () => {
    expect(yesNo.accept(question, '1')).toEqual({ ok: true, value: true });
    expect(yesNo.accept(question, '2')).toEqual({ ok: true, value: false });
  });

  it.each(['0', '3', '9', '#', 'A', '11', '01', ''])('takes no other input: %j', (keys) => {
    expect(yesNo.accept(question, keys)).toEqual({ ok: false });
  });

  it('needs nothing after the key', () => {
    expect(yesNo.listening(question)).toMatchObject({ maxDigits: 1, finishKey: null });
  });

  it('names its keys in every language', () => {
    expect(yesNo.instructions(question, 'en')).toEqual(['Press 1 for yes, or 2 for no.']);
    expect(yesNo.instructions(question, 'it')).toEqual(['Prema 1 per sì, oppure 2 per no.']);
  });
});
