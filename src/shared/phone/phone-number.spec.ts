import { describe, expect, it } from 'vitest';
import { parsePhoneNumber, timezoneOfNumber } from './phone-number.js';

describe('parsePhoneNumber', () => {
  it.each([
    ['333 5555555', 'IT', '+393335555555'],
    ['06 1234 5678', 'IT', '+390612345678'],
    ['+39 333 555 5555', null, '+393335555555'],
    ['+39 333 555 5555', 'US', '+393335555555'],
    ['0039 333 5555555', null, '+393335555555'],
    ['0039 333 5555555', 'IT', '+393335555555'],
    ['00393335555555', 'US', '+393335555555'],
    ['011 39 333 5555555', 'US', '+393335555555'],
    ['(202) 555-0123', 'US', '+12025550123'],
    ['202.555.0123', 'US', '+12025550123'],
    ['+1 (202) 555-0123', null, '+12025550123'],
    ['1-202-555-0123', 'US', '+12025550123'],
    ['+44 (0)20 7946 0018', null, '+442079460018'],
    ['020 7946 0018', 'GB', '+442079460018'],
    ['３３３　５５５５５５５', 'IT', '+393335555555'],
    ['＋３９３３３５５５５５５５', null, '+393335555555'],
    ['\u00a0+39\u00a0333\u00a05555555 ', null, '+393335555555'],
    ["'+393335555555", null, '+393335555555'],
    ['tel:+39-333-5555555', null, '+393335555555'],
    ['(+39) 333 5555555', null, '+393335555555'],
    ['(0039) 333 5555555', 'US', '+393335555555'],
    ['+800 1234 5678', null, '+80012345678'],
  ])('reads %j in region %s as %s', (text, region, e164) => {
    expect(parsePhoneNumber(text, region)).toMatchObject({ ok: true, e164 });
  });

  it.each([
    ['', 'IT', 'phone_missing'],
    ['   ', 'IT', 'phone_missing'],
    ['333 5555555', null, 'phone_without_country'],
    ['393335555555', null, 'phone_without_country'],
    ['112', 'IT', 'phone_invalid'],
    ['911', 'US', 'phone_invalid'],
    ['60000', 'US', 'phone_invalid'],
    ['+1 202 055 0123', null, 'phone_invalid'],
    ['+999 1234567', null, 'phone_invalid'],
    ['0099 1234567', 'IT', 'phone_invalid'],
    ['call me', 'US', 'phone_invalid'],
    ['call me at +393335555555', 'US', 'phone_invalid'],
    ['+1 900 555 0123', null, 'phone_premium'],
    ['899 123 456', 'IT', 'phone_premium'],
    ['3,93335E+11', 'IT', 'phone_spoiled'],
    ['3.93336E+11', 'IT', 'phone_spoiled'],
    ['+1 202 555 0123 ext. 5', null, 'phone_with_extension'],
    [`+39${'3'.repeat(500)}`, null, 'phone_invalid'],
  ])('refuses %j in region %s with %s', (text, region, code) => {
    expect(parsePhoneNumber(text, region)).toMatchObject({ ok: false, code });
  });

  it('understands no number in a region that does not exist', () => {
    expect(parsePhoneNumber('333 5555555', 'XX')).toMatchObject({ ok: false, code: 'phone_without_country' });
  });

  it.each([
    ['+393335555555', 'Europe/Rome'],
    ['+442079460018', 'Europe/London'],
    ['+4930123456', 'Europe/Berlin'],
    ['+12025550123', null],
    ['+80012345678', null],
  ])('knows the zone of %s: %s', (e164, zone) => {
    expect(timezoneOfNumber(e164)).toBe(zone);
  });
});
