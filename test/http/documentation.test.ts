import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { validate } from '@readme/openapi-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ERROR_CODES } from '../../src/shared/errors/error-codes.js';
import { openShop } from './problem-shop.js';

let app: NestFastifyApplication;
let base: string;
let document: OpenAPIObject;

beforeAll(async () => {
  ({ app } = await openShop());
  base = await app.getUrl();
  document = (await (await fetch(`${base}/docs-json`)).json()) as OpenAPIObject;
});
afterAll(() => app.close());

describe('/docs-json', () => {
  it('is valid OpenAPI 3', async () => {
    expect(document.openapi).toMatch(/^3\./);
    const result = await validate(structuredClone(document) as never);
    expect(result).toMatchObject({ valid: true });
  });

  it('takes its version from the package and offers both ways to send the key', () => {
    expect(document.info.version).toMatch(/^\d+\.\d+\.\d+/);
    expect(document.components!.securitySchemes).toMatchObject({
      apiKey: { type: 'apiKey', in: 'header', name: 'X-API-Key' },
      bearer: { type: 'http', scheme: 'bearer' },
    });
  });

  it('documents the common errors of every operation as problem+json', () => {
    for (const item of Object.values(document.paths)) {
      for (const operation of [item.get, item.post, item.patch, item.delete]) {
        if (operation === undefined) continue;
        for (const status of ['401', '500', '503']) {
          expect(operation.responses[status]).toMatchObject({
            content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/ProblemDto' } } },
          });
        }
        expect(operation.security).toEqual([{ apiKey: [] }, { bearer: [] }]);
      }
    }
  });

  it('joins the documented codes of one status with the common ones', () => {
    const { examples } = (document.paths['/shop/refused']!.post!.responses['409'] as never as Documented)
      .content['application/problem+json'];
    expect(Object.keys(examples)).toEqual(['illegal_transition', 'campaign_closed']);
    expect(examples.illegal_transition!.value).toMatchObject({ status: 409, code: 'illegal_transition' });
  });
});

interface Documented {
  content: Record<'application/problem+json', { examples: Record<string, { value: object }> }>;
}

describe('/docs', () => {
  it('serves Swagger UI with headers under which it works over plain http', async () => {
    const page = await fetch(`${base}/docs`);
    expect(page.status).toBe(200);
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self'");
    expect(policy).not.toContain('upgrade-insecure-requests');
    expect(page.headers.get('strict-transport-security')).toBeNull();
    const html = await page.text();
    expect(html).toContain('VoiceSurveyAgent API');
    // Nothing inline that the policy would keep from running.
    expect(html).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>\s*\S/);
    for (const [, asset] of html.matchAll(/(?:src|href)="(\.\/[^"]+)"/g)) {
      const answer = await fetch(new URL(asset!, `${base}/`));
      await answer.arrayBuffer();
      expect([asset, answer.status]).toEqual([asset, 200]);
    }
  });
});

describe('the table of error codes', () => {
  it('names no constraint, index or table of the database', () => {
    for (const [code, { status, title }] of Object.entries(ERROR_CODES)) {
      expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
      expect(code).not.toMatch(/_(key|pkey|fkey|check|idx)$/);
      expect(status).toBeGreaterThanOrEqual(400);
      expect(title).not.toBe('');
    }
  });
});
