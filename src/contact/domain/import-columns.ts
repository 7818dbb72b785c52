/** What a column of a file means; other columns are attributes under their header, columns without one are left out. */
export type ImportColumn =
  | 'phoneNumber'
  | 'name'
  | 'lastName'
  | 'externalId'
  | 'language'
  | 'timezone'
  | 'reason'
  | { attribute: string }
  | null;

type KnownColumn = Extract<ImportColumn, string>;

/**
 * Headers as exports of address books, CRMs and spreadsheets write them, in English and Italian, folded by
 * `foldHeader`. Within a meaning the earlier alias wins when a file has several.
 */
const ALIASES: Record<KnownColumn, readonly string[]> = {
  phoneNumber:
    listed(`phone number, phone, phonenumber, telephone number, telephone, mobile phone, mobile number, mobile,
    cell phone, cellphone, cell number, cell, phone no, tel no, tel number, e164, msisdn, contact number, contact phone,
    primary phone, phone 1, phone 1 value, mobile 1, numero di telefono, numero telefono, numero telefonico,
    num telefono, n telefono, nr telefono, telefono, numero di cellulare, numero cellulare, num cellulare, n cellulare,
    cellulare, telefono cellulare, telefono mobile, tel cellulare, numero mobile, recapito telefonico, recapito,
    telefono 1, cellulare 1, tel, cel, number, numero`),
  name: listed(`name, full name, fullname, contact name, customer name, display name, first name, firstname, given name,
    nome e cognome, nome cognome, cognome e nome, nominativo, nome completo, nome, contatto, cliente`),
  lastName: listed('last name, lastname, surname, family name, cognome'),
  externalId:
    listed(`external id, externalid, external reference, reference, customer id, client id, contact id,
    record id, crm id, id esterno, id cliente, codice cliente, codice, riferimento, id`),
  language: listed('language, preferred language, locale, lang, lingua, lingua preferita'),
  timezone: listed('timezone, time zone, tz, fuso orario, fuso'),
  reason: listed('reason, note, notes, motivo, motivazione, ragione'),
};

const COLUMNS_OF: Record<'contacts' | 'suppressions', readonly KnownColumn[]> = {
  contacts: ['phoneNumber', 'name', 'lastName', 'externalId', 'language', 'timezone'],
  suppressions: ['phoneNumber', 'reason'],
};

/** `phoneNumber`, `Phone_Number` and ` PHONE  NUMBER* ` are one header. */
export function foldHeader(header: string): string {
  return header
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The meaning of every column; without `phoneNumber` among them the file cannot be imported. */
export function recogniseColumns(headers: string[], kind: 'contacts' | 'suppressions'): ImportColumn[] {
  const folded = headers.map(foldHeader);
  const columns: ImportColumn[] = headers.map((header) =>
    header.trim() === '' ? null : { attribute: header.trim() },
  );
  for (const column of COLUMNS_OF[kind]) {
    const alias = ALIASES[column].find((name) => folded.includes(name));
    if (alias !== undefined) columns[folded.indexOf(alias)] = column;
  }
  return columns;
}

/** A first line that holds numbers instead of names of columns. */
export function looksLikePhoneNumber(cell: string): boolean {
  return /^[+(]?\d[\d\s().\-/]{5,}$/.test(cell.normalize('NFKC').trim());
}

function listed(aliases: string): string[] {
  return aliases.split(',').map((alias) => alias.trim());
}
