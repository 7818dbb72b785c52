import { describe, expect, it } from 'vitest';
import {
  type AttributeValue,
  CONTACT_LIMITS,
  type ContactInput,
  languageTag,
  readContact,
  readDetails,
  zoneName,
} from './contact-input.js';

const PHONE = '+12025550100';
const problemsOf = (input: Omit<ContactInput, 'phoneNumber'>) =>
  readDetails(input).problems.map(({ field, code }) => `${field}: ${code}`);
const letters = (count: number) => 'x'.repeat(count);

describe('a person told from outside', () => {
  it('is stored with the number in one spelling, and with nothing for what was not said', () => {
    expect(readContact({ phoneNumber: '(202) 555-0100' }, 'US')).toEqual({
      contact: {
        phoneNumber: PHONE,
        numberTimezone: null,
        name: null,
        externalId: null,
        language: null,
        timezone: null,
        attributes: {},
      },
      problems: [],
    });
  });

  it('keeps what was said, without the spaces around it', () => {
    const said = {
      phoneNumber: '+39 02 1234567',
      name: '  Ada Byron ',
      externalId: ' 42 ',
      language: ' it_it ',
      timezone: ' europe/rome ',
      attributes: { segment: 'gold', age: 36, member: true },
    };
    expect(readContact(said, null).contact).toEqual({
      phoneNumber: '+39021234567',
      numberTimezone: 'Europe/Rome',
      name: 'Ada Byron',
      externalId: '42',
      language: 'it-IT',
      timezone: 'Europe/Rome',
      attributes: { segment: 'gold', age: 36, member: true },
    });
  });

  it('takes what is blank for what is absent', () => {
    const blank = { name: ' ', externalId: '', language: ' ', timezone: '\t', attributes: null };
    expect(readDetails(blank)).toEqual({
      details: { name: null, externalId: null, language: null, timezone: null, attributes: {} },
      problems: [],
    });
    expect(readDetails({ name: null, externalId: null, language: null, timezone: null }).problems).toEqual(
      [],
    );
  });

  it('is refused with every problem at once, the number first', () => {
    const { contact, problems } = readContact(
      { phoneNumber: 'none', name: letters(201), language: 'english', timezone: '+02:00' },
      null,
    );
    expect(contact).toBe(null);
    expect(problems.map(({ field, code }) => [field, code])).toEqual([
      ['phoneNumber', 'phone_invalid'],
      ['name', 'too_long'],
      ['language', 'invalid_language'],
      ['timezone', 'invalid_timezone'],
    ]);
    expect(problems[0]!.message).toMatch(/^phoneNumber \w+/);
    expect(problems.slice(1).map(({ message }) => message)).toEqual([
      'name must have at most 200 characters',
      'language must be a BCP 47 tag such as en-US or it',
      'timezone must be an IANA name such as Europe/Rome',
    ]);
  });

  it('is refused for a detail although the number is right', () => {
    const { contact, problems } = readContact({ phoneNumber: PHONE, timezone: 'Mars/Olympus' }, null);
    expect([contact, problems.length]).toEqual([null, 1]);
  });
});

describe('the length of a text', () => {
  it.each([
    ['name', CONTACT_LIMITS.nameLength],
    ['externalId', CONTACT_LIMITS.externalIdLength],
  ] as const)('of %s is at most %i', (field, longest) => {
    expect(longest).toBe(200);
    expect(problemsOf({ [field]: letters(longest) })).toEqual([]);
    expect(problemsOf({ [field]: letters(longest + 1) })).toEqual([`${field}: too_long`]);
  });
});

describe('attributes', () => {
  const some = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, n]));

  it('are at most fifty', () => {
    expect(problemsOf({ attributes: some(50) })).toEqual([]);
    expect(readDetails({ attributes: some(51) }).problems).toEqual([
      { field: 'attributes', code: 'too_many', message: 'attributes must have at most 50 entries' },
    ]);
  });

  it('have a name of one to a hundred characters', () => {
    expect(problemsOf({ attributes: { [letters(100)]: 1 } })).toEqual([]);
    expect(problemsOf({ attributes: { ' ': 1 } })).toEqual(['attributes. : wrong_length']);
    expect(readDetails({ attributes: { [letters(101)]: 1 } }).problems).toEqual([
      {
        field: `attributes.${letters(100)}`,
        code: 'wrong_length',
        message: 'the name of an attribute must have 1 to 100 characters',
      },
    ]);
  });

  it('have a value of at most a thousand characters', () => {
    expect(problemsOf({ attributes: { note: letters(1_000) } })).toEqual([]);
    expect(readDetails({ attributes: { note: letters(1_001) } }).problems).toEqual([
      {
        field: 'attributes.note',
        code: 'too_long',
        message: 'attributes.note must have at most 1000 characters',
      },
    ]);
  });

  it('are text, numbers, true or false', () => {
    const attributes = {
      list: [] as unknown as AttributeValue,
      none: null as unknown as AttributeValue,
      ok: false,
    };
    expect(readDetails({ attributes }).problems).toEqual(
      ['list', 'none'].map((name) => ({
        field: `attributes.${name}`,
        code: 'must_be_text',
        message: `attributes.${name} must be text, a number or true or false`,
      })),
    );
  });
});

describe('a language tag', () => {
  it.each([
    ['en', 'en'],
    ['EN-us', 'en-US'],
    ['it_IT', 'it-IT'],
    ['zh_hant_TW', 'zh-Hant-TW'],
    ['fil', 'fil'],
    ['english', null],
    ['e', null],
    ['en-', null],
    ['1en', null],
    ['xen1', null],
    ['', null],
  ])('%j is understood as %j', (text, tag) => {
    expect(languageTag(text)).toBe(tag);
  });
});

describe('the name of a zone', () => {
  it.each([
    ['Europe/Rome', 'Europe/Rome'],
    ['europe/rome', 'Europe/Rome'],
    ['UTC', 'UTC'],
    // Both names are in use; whichever the runtime prefers, the one written stays.
    ['Asia/Calcutta', 'Asia/Calcutta'],
    ['Asia/Kolkata', 'Asia/Kolkata'],
    ['+02:00', null],
    ['-05', null],
    ['Rome', null],
    ['1Europe/Rome', null],
  ])('%j is understood as %j, also when asked again', (text, zone) => {
    expect([zoneName(text), zoneName(text)]).toEqual([zone, zone]);
  });

  it('is still right when thousands of others were asked for in between', () => {
    for (let n = 0; n < 2_100; n++) zoneName(`Nowhere/${n}`);
    expect(zoneName('europe/rome')).toBe('Europe/Rome');
  });
});
