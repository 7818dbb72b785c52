import { describe, expect, it } from 'vitest';
import { readInstructions } from './instructions.js';

const choices = (...keys: string[]) => ({ kind: 'choices', keys });
const range = (min: number, max: number) => ({ kind: 'range', min, max });

describe('instructions for one digit', () => {
  it.each([
    ['Would you recommend us? Press 1 for yes, 2 for no.', choices('1', '2')],
    ['Would you recommend us? Press one for yes or two for no.', choices('1', '2')],
    ['For yes press 1, for no press 2.', choices('1', '2')],
    ['Press 1 for yes. Press 2 for no. Press star to hear the question again.', choices('1', '2')],
    ['Press 1 for yes, 2 for no, or 9 to never be called again.', choices('1', '2')],
    ['Press 1 for yes, 2 for no. To hear the question again, press 0.', choices('1', '2')],
    ['Press 1, 2 or 3.', choices('1', '2', '3')],
    ['Press 1 for red, 2 for green, or 3 for blue.', choices('1', '2', '3')],
    ['Press 1 for 18 to 34 years, 2 for 35 to 54 years, 3 for 55 and over.', choices('1', '2', '3')],
    ['In 2025 you came 3 times. Were you satisfied? Press 1 for yes, 2 for no.', choices('1', '2')],
    [
      'How often? Press 1 for less than 2 visits. Press 2 for 3 and 4. Press 3 for 5 or more.',
      choices('1', '2', '3'),
    ],
    ['Press 1 for yes, or 2 for no. At any time, press star to hear a question again.', choices('1', '2')],
    [
      'If you never want to be called by us again, press 9 now. Press 1 for yes, or 2 for no.',
      choices('1', '2'),
    ],
    [
      'Se non vuole più ricevere nostre chiamate, prema 9 adesso. Prema 1 per sì, oppure 2 per no.',
      choices('1', '2'),
    ],
    ['From 1 to 5, how satisfied are you?', range(1, 5)],
    ['From 1 to 5, how satisfied are you? Press a key from 1 to 5.', range(1, 5)],
    ['How satisfied are you? Press a number between one and five. Press star to repeat.', range(1, 5)],
    ['Ci consiglierebbe? Prema 1 per sì, 2 per no.', choices('1', '2')],
    [
      'Ci consiglierebbe? Per sì prema 1, per no prema 2, per riascoltare prema asterisco.',
      choices('1', '2'),
    ],
    ['Per sì 1, per no 2: prema un tasto. Per sì prema 1, per no 2.', choices('1', '2')],
    ['Da 1 a 5, quanto è soddisfatto? Prema un tasto da 1 a 5.', range(1, 5)],
    ['Prema un numero tra uno e cinque. Per riascoltare la domanda prema asterisco.', range(1, 5)],
    ['Prema 1 per rosso, 2 per verde oppure 3 per blu.', choices('1', '2', '3')],
  ])('%s', (text, expected) => {
    expect(readInstructions(text, 1)).toEqual(expected);
  });
});

describe('instructions for several digits', () => {
  it.each([
    ['How often? Enter a number from 0 to 99, then press the pound key.', range(0, 99)],
    ['From 0 to 10, how likely? Enter a number from 0 to 10, followed by the hash key.', range(0, 10)],
    ['Enter a number from 0 to 10, then press the pound or hash key.', range(0, 10)],
    ['Digiti un numero da 0 a 99, poi prema il tasto cancelletto.', range(0, 99)],
    ['Digiti un numero da 0 a 10 e poi prema cancelletto.', range(0, 10)],
    ['Enter a number between 18 and 120, then press #. Press * to repeat.', range(18, 120)],
    ['Press 9 for nine, 10 for ten, or 11 for eleven.', choices('9', '10', '11')],
  ])('%s', (text, expected) => {
    expect(readInstructions(text, 3)).toEqual(expected);
  });
});

it('a text without instructions gives none', () => {
  expect(readInstructions('How are you?', 1)).toEqual({ kind: 'none' });
});
