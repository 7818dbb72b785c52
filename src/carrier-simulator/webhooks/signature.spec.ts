import { describe, expect, it } from 'vitest';
import { sign } from './signature.js';

const token = '12345';
const params = {
  CallSid: 'CA1234567890ABCDE',
  Caller: '+14158675309',
  Digits: '1234',
  From: '+14158675309',
  To: '+18005551212',
};

describe('sign agrees with the published vectors', () => {
  it.each([
    ['https://mycompany.com/myapp.php?foo=1&bar=2', 'RSOYDt4T1cUTdK1PDd93/VVr8B8='],
    ['https://mycompany.com:443/myapp.php?foo=1&bar=2', 'kvajT1Ptam85bY51eRf/AJRuM3w='],
    ['http://mycompany.com:80/myapp.php?foo=1&bar=2', '0ZXoZLH/DfblKGATFgpif+LLRf4='],
    ['http://mycompany.com:1234/myapp.php?foo=1&bar=2', 'Zmvh+3yNM1Phv2jhDCwEM3q5ebU='],
  ])('for %s', (url, signature) => {
    expect(sign(token, url, params)).toBe(signature);
  });

  it('for a repeated parameter, whose distinct values are signed in order', () => {
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2';
    const repeated = { Sid: 'CA123', SidAccount: 'AC123', Digits: ['5678', '1234', '1234'] };
    expect(sign(token, url, repeated)).toBe('IK+Dwps556ElfBT0I3Rgjkr1wJU=');
  });

  it('for a query that carries a percent-encoded apostrophe', () => {
    const url = 'https://mycompany.com/myapp.php?foo=1&bar=2&Body=It%27s+amazing';
    expect(sign(token, url, params)).toBe('TfZzewPq8wqrGlMfyAud8+/IvJ0=');
  });

  it('for a JSON body, whose hash stands in the URL and whose parameters are empty', () => {
    const hash = '0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620';
    const url = `https://mycompany.com/myapp.php?foo=1&bar=2&bodySHA256=${hash}`;
    expect(sign(token, url, {})).toBe('a9nBmqA0ju/hNViExpshrM61xv4=');
  });
});
