import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { validate } from '@readme/openapi-parser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApplication } from '../../src/application.js';
import { testEnvironment } from '../http/test-environment.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { answersWithoutKey } from './answers-without-key.js';

let database: TestDatabase;
let app: NestFastifyApplication;

beforeAll(async () => {
  database = await openTestDatabase();
  app = await createApplication(
    testEnvironment({
      DATABASE_URL: database.url,
      ADMIN_API_KEY: 'a-key-of-more-than-24-characters',
      SCHEDULER_ENABLED: 'false',
      LOG_LEVEL: 'fatal',
    }),
  );
  await app.listen(0, '127.0.0.1');
});
afterAll(async () => {
  await app?.close();
  await database.close();
});

describe('the whole application', () => {
  it('answers 401 without a key on every route but health, webhooks and, from this machine, metrics', async () => {
    const answers = await answersWithoutKey(app);
    const routes = Object.keys(answers);
    expect(routes.filter((route) => route.includes(' /api/v1/')).length).toBeGreaterThan(20);
    const open = routes.filter((route) => answers[route] !== 401);
    expect(open.filter((route) => !/ \/(health|webhooks)\/| \/metrics$/.test(route))).toEqual([]);
  });

  it('refuses an unsigned webhook', async () => {
    const answers = await answersWithoutKey(app);
    const webhooks = Object.entries(answers).filter(([route]) => route.includes(' /webhooks/'));
    expect(webhooks.length).toBeGreaterThan(0);
    for (const webhook of webhooks) expect(webhook).toEqual([webhook[0], 403]);
  });

  it('is described by a valid OpenAPI document in which every operation has a summary and one room', async () => {
    const document = (await (await fetch(`${await app.getUrl()}/docs-json`)).json()) as OpenAPIObject;
    expect(await validate(structuredClone(document) as never)).toMatchObject({ valid: true });
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({
        route: `${method.toUpperCase()} ${path}`,
        ...(operation as { summary?: string; tags?: string[] }),
      })),
    );
    expect(operations.filter(({ summary }) => !summary).map(({ route }) => route)).toEqual([]);
    expect(operations.filter(({ tags }) => tags?.length !== 1).map(({ route }) => route)).toEqual([]);
  });
});
