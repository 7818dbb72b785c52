import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { DocumentBuilder, type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { problemResponse } from './api-problems.js';
import { PROBLEM_MEDIA_TYPE } from './problem-body.js';
import { ProblemDto } from './problem.dto.js';

const METHODS = ['get', 'put', 'post', 'delete', 'patch', 'options', 'head'] as const;

/** The room an operation belongs to, by its path; the first match counts. */
const TAGS: [tag: string, path: RegExp, description: string][] = [
  ['Health', /^\/(health|metrics)/, 'For probes and for Prometheus.'],
  ['Operations', /^\/api\/v1\/operations/, 'Stop and resume dialling, global limits.'],
  ['Do not call', /^\/api\/v1\/suppressions/, 'Numbers that are never called.'],
  ['Results', /\/(progress|results|exports)(\/|$)/, 'Computed from rows at the moment of asking.'],
  ['Contacts', /\/(contacts|imports)(\/|$)/, 'The people of a campaign.'],
  ['Campaigns', /^\/api\/v1\/campaigns/, 'Survey, policy and lifecycle.'],
];

/** Components that no class describes, by name: what a room makes from its own tables. */
export type ApiSchemas = NonNullable<NonNullable<OpenAPIObject['components']>['schemas']>;

type Operation = NonNullable<OpenAPIObject['paths'][string]['get']> & Record<string, unknown>;

/** Swagger UI at `/docs`, the document at `/docs-json`; built when it is first asked for. */
export function serveApiDocument(app: NestFastifyApplication, schemas: ApiSchemas): void {
  SwaggerModule.setup('docs', app, () => buildApiDocument(app, schemas), {
    jsonDocumentUrl: 'docs-json',
    raw: ['json'],
    customSiteTitle: 'VoiceSurveyAgent API',
    swaggerOptions: { persistAuthorization: true, displayRequestDuration: true, docExpansion: 'none' },
  });
}

/** The OpenAPI document, with what every operation has in common. */
export function buildApiDocument(app: NestFastifyApplication, schemas: ApiSchemas = {}): OpenAPIObject {
  const builder = new DocumentBuilder()
    .setTitle('VoiceSurveyAgent')
    .setDescription(
      'Outbound voice-survey engine. Errors are `application/problem+json` with a stable `code`; lists take `limit` and ' +
        '`cursor`; POST, PATCH and DELETE accept an `Idempotency-Key`.',
    )
    .setVersion(packageVersion())
    .addApiKey({ type: 'apiKey', in: 'header', name: 'X-API-Key' }, 'apiKey')
    .addBearerAuth(
      { type: 'http', scheme: 'bearer', description: 'The API key as a bearer token.' },
      'bearer',
    );
  for (const [tag, , description] of TAGS) builder.addTag(tag, description);
  const document = SwaggerModule.createDocument(app, builder.build(), {
    autoTagControllers: false,
    extraModels: [ProblemDto],
  });
  document.components = { ...document.components, schemas: { ...document.components?.schemas, ...schemas } };
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Operation | undefined;
      if (operation !== undefined) complete(operation, path, method);
    }
  }
  return document;
}

function complete(operation: Operation, path: string, method: string): void {
  operation.tags = TAGS.filter(([, on]) => on.test(path))
    .slice(0, 1)
    .map(([tag]) => tag);
  const open = operation['x-open'] === true;
  delete operation['x-open'];
  operation.security = open ? [] : [{ apiKey: [] }, { bearer: [] }];
  const common: ErrorCode[] = [
    ...(open ? [] : (['unauthenticated'] as const)),
    ...(hasInput(operation) ? (['validation_failed'] as const) : []),
    'internal_error',
    'temporarily_unavailable',
  ];
  for (const code of common) addProblem(operation, code);
  if (path.startsWith('/api/v1') && method !== 'get') {
    addIdempotencyKey(operation);
    addProblem(operation, 'idempotency_in_progress');
    addProblem(operation, 'idempotency_key_reused');
  }
}

function addProblem(operation: Operation, code: ErrorCode): void {
  const status = String(ERROR_CODES[code].status);
  const response = problemResponse([code]);
  const known = operation.responses[status] as ReturnType<typeof problemResponse> | undefined;
  const examples = known?.content?.[PROBLEM_MEDIA_TYPE]?.examples;
  if (known === undefined || examples === undefined) {
    operation.responses[status] = response;
  } else if (examples[code] === undefined) {
    known.description += `\n\n${response.description}`;
    Object.assign(examples, response.content[PROBLEM_MEDIA_TYPE]!.examples);
  }
}

function hasInput(operation: Operation): boolean {
  return operation.requestBody !== undefined || (operation.parameters?.length ?? 0) > 0;
}

function addIdempotencyKey(operation: Operation): void {
  operation.parameters = [
    ...(operation.parameters ?? []),
    {
      name: 'Idempotency-Key',
      in: 'header',
      required: false,
      description:
        'Makes a repetition of this request safe: it is answered with the stored response. At most 255 visible characters.',
      schema: { type: 'string', maxLength: 255 },
    },
  ];
}

/** The nearest package.json above this file, in the sources and in the build alike. */
function packageVersion(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}
