import { describe, expect, it } from 'vitest';
import { foldHeader, looksLikePhoneNumber, recogniseColumns } from './import-columns.js';

describe('recogniseColumns', () => {
  it.each([
    'phone',
    'Phone Number',
    'phoneNumber',
    'PHONE_NUMBER',
    ' Phone-Number* ',
    'Telephone',
    'Mobile',
    'mobilePhone',
    'Cell phone',
    'Tel.',
    'Telefono',
    'N. telefono',
    'Numero di telefono',
    'Cellulare',
    'Numero',
    'Recapito telefonico',
  ])('takes %j for the phone number', (header) => {
    expect(recogniseColumns(['x', header], 'contacts')).toEqual([{ attribute: 'x' }, 'phoneNumber']);
  });

  it('recognises the other columns in English and Italian, and keeps unknown ones as attributes', () => {
    expect(
      recogniseColumns(
        ['Numero', 'Cognome', 'Nome', 'ID', 'Lingua', 'Fuso orario', 'Città', '', 'Note'],
        'contacts',
      ),
    ).toEqual([
      'phoneNumber',
      'lastName',
      'name',
      'externalId',
      'language',
      'timezone',
      { attribute: 'Città' },
      null,
      { attribute: 'Note' },
    ]);
    expect(recogniseColumns(['Name', 'External ID', 'Locale', 'Time Zone', 'Mobile'], 'contacts')).toEqual([
      'name',
      'externalId',
      'language',
      'timezone',
      'phoneNumber',
    ]);
  });

  it('prefers the plainer of two phone columns and keeps the other as an attribute', () => {
    expect(recogniseColumns(['Numero', 'Telefono', 'Cellulare'], 'contacts')).toEqual([
      { attribute: 'Numero' },
      'phoneNumber',
      { attribute: 'Cellulare' },
    ]);
  });

  it('knows a reason only in a file of suppressions, and nothing of names there', () => {
    expect(recogniseColumns(['tel', 'motivo', 'nome'], 'suppressions')).toEqual([
      'phoneNumber',
      'reason',
      { attribute: 'nome' },
    ]);
  });

  it('folds case, accents, punctuation and camel case', () => {
    expect(foldHeader('  ContactPhone_No. ')).toBe('contact phone no');
    expect(foldHeader('Qualità')).toBe('qualita');
  });

  it.each([
    ['+39 333 5555555', true],
    ['(202) 555-0123', true],
    ['3335555555', true],
    ['12', false],
    ['2026-11-22 x', false],
    ['Ada', false],
  ])('says whether %j looks like a number: %s', (cell, answer) => {
    expect(looksLikePhoneNumber(cell)).toBe(answer);
  });
});
