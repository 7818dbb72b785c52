import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SurveyDefinition } from '../../src/survey/contracts/survey-definition.js';
import { QUESTION_TYPES } from '../../src/survey/domain/question-types/registry.js';
import { formProblems } from '../../src/survey/domain/survey-form.js';
import { launchProblems } from '../../src/survey/domain/survey-launch.js';

describe.each([
  ['survey.json', 'en-US'],
  ['customer-satisfaction-it.json', 'it-IT'],
])('the example %s', (file, language) => {
  const definition = JSON.parse(
    readFileSync(new URL(`../../examples/${file}`, import.meta.url), 'utf8'),
  ) as SurveyDefinition;

  it('can be launched as it is', () => {
    expect(formProblems(definition, 'survey')).toEqual([]);
    expect(launchProblems(definition, language, 'survey')).toEqual([]);
  });

  it('shows every type of question', () => {
    const shown = new Set(definition.questions.map(({ type }) => type));
    expect([...shown].sort()).toEqual(QUESTION_TYPES.map(({ name }) => name).sort());
  });
});
