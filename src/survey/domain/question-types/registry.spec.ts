import { describe, expect, it } from 'vitest';
import { TEXT_LANGUAGES } from '../texts/spoken-texts.js';
import { findQuestionType, QUESTION_TYPES, questionTypeOf } from './registry.js';

describe('the registry of question types', () => {
  it('knows each type by a name of its own', () => {
    const names = QUESTION_TYPES.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const type of QUESTION_TYPES) expect(findQuestionType(type.name)).toBe(type);
  });

  it('knows no type that is not registered', () => {
    expect(findQuestionType('constructor')).toBeUndefined();
    expect(findQuestionType(undefined)).toBeUndefined();
    expect(() => questionTypeOf({ type: 'essay' })).toThrow('There is no question type "essay".');
  });

  it.each(QUESTION_TYPES)('$name documents an example that passes its own checks', (type) => {
    const example = type.schema.example as unknown as Record<string, unknown>;
    expect(example.type).toBe(type.name);
    expect(type.problems(example, 'q')).toEqual([]);
    expect(type.launchProblems?.(type.schema.example, 'q') ?? []).toEqual([]);
    for (const field of type.schema.required) expect(Object.keys(type.schema.properties)).toContain(field);
  });

  it.each(QUESTION_TYPES)('$name speaks its keys in every language', (type) => {
    for (const language of TEXT_LANGUAGES) {
      const spoken = type.instructions(type.schema.example, language);
      expect(spoken.length).toBeGreaterThan(0);
      for (const sentence of spoken) expect(sentence.trim()).toMatch(/\.$/);
    }
  });
});
