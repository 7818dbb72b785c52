import { describe, expect, it } from 'vitest';
import { spokenTexts, TEXT_LANGUAGES, textLanguageOf, textsOf, voiceFor } from './spoken-texts.js';

const survey = { introduction: 'Hello.', questions: [] };

describe('the texts of a language', () => {
  it.each(TEXT_LANGUAGES)('are complete in %s', (language) => {
    const texts = textsOf(language)!;
    const blank = Object.entries(texts).filter(([, text]) => text.trim() === '');
    expect(blank).toEqual([]);
    expect(texts.voice).toMatch(new RegExp(`^${language}-[A-Z]{2}$`));
    expect(texts.optOut).toContain('9');
    expect(texts.consentKeys).toMatch(/1.*2/);
  });

  it('are found by the primary language of a tag, whatever its case and region', () => {
    expect(['it', 'it-IT', 'it-CH', 'IT-it', 'it_IT'].map(textLanguageOf)).toEqual(Array(5).fill('it'));
    expect(['de-DE', 'item', 'eng', 'x', ''].map(textLanguageOf)).toEqual(Array(5).fill(null));
  });
});

describe('the voice of an interview', () => {
  it('is the contact’s variety of the survey’s language', () => {
    expect(voiceFor('en-US', 'en-GB')).toBe('en-GB');
  });

  it('is the survey’s where the contact speaks another language, or names no region', () => {
    expect(voiceFor('en-US', 'it-IT')).toBe('en-US');
    expect(voiceFor('en-US', 'en')).toBe('en-US');
    expect(voiceFor('en-US', null)).toBe('en-US');
    expect(voiceFor('en-US', 'en-US; DROP')).toBe('en-US');
  });

  it('has a region wherever one is known', () => {
    expect(voiceFor('it', null)).toBe('it-IT');
    expect(voiceFor('de', null)).toBe('de');
  });
});

describe('the texts of an interview', () => {
  it('are the survey’s own where it brings them', () => {
    const texts = spokenTexts({ ...survey, consent: 'May we?', closing: ' ' }, 'en-GB');
    expect(texts).toMatchObject({
      consent: 'May we?',
      closing: textsOf('en')!.closing,
      voice: 'en-GB',
      language: 'en',
    });
  });

  it('never fall back to another language: the closing is every goodbye', () => {
    const texts = spokenTexts({ ...survey, consent: 'Darf ich?', closing: 'Danke.' }, 'de-DE');
    expect(texts).toMatchObject({
      language: null,
      voice: 'de-DE',
      consent: 'Darf ich?',
      optOut: '',
      silent: '',
      refused: 'Danke.',
      optedOut: 'Danke.',
      noResponse: 'Danke.',
      apology: 'Danke.',
    });
  });
});
