import { applyDecorators } from '@nestjs/common';
import { ApiExtraModels, ApiResponse, getSchemaPath } from '@nestjs/swagger';
import { ERROR_CODES, type ErrorCode } from '../errors/error-codes.js';
import { PROBLEM_MEDIA_TYPE, problemBody } from './problem-body.js';
import { ProblemDto } from './problem.dto.js';

/** Documents the errors an operation answers with: one response per status, one example per code. */
export function ApiProblems(...codes: ErrorCode[]): MethodDecorator & ClassDecorator {
  const statuses = [...new Set(codes.map((code) => ERROR_CODES[code].status))];
  return applyDecorators(
    ApiExtraModels(ProblemDto),
    ...statuses.map((status) =>
      ApiResponse({
        status,
        ...problemResponse(codes.filter((code) => ERROR_CODES[code].status === status)),
      }),
    ),
  );
}

/** The OpenAPI response object of some codes that share a status. */
export function problemResponse(codes: ErrorCode[]): {
  description: string;
  content: Record<
    string,
    { schema: { $ref: string }; examples: Record<string, { summary: string; value: object }> }
  >;
} {
  return {
    description: codes.map((code) => `\`${code}\`: ${ERROR_CODES[code].title}`).join('\n\n'),
    content: {
      [PROBLEM_MEDIA_TYPE]: {
        schema: { $ref: getSchemaPath(ProblemDto) },
        examples: Object.fromEntries(
          codes.map((code) => [
            code,
            { summary: ERROR_CODES[code].title, value: problemBody(code, { instance: '/api/v1/…' }) },
          ]),
        ),
      },
    },
  };
}
