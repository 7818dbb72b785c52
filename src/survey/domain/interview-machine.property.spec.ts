import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CalleeInput } from '../contracts/prompt.js';
import type { AnswerValue, Question, SurveyDefinition } from '../contracts/survey-definition.js';
import { advance, begin, REPEATS_PER_PROMPT, TRIES_PER_PROMPT } from './interview-machine.js';
import type { InterviewEffect } from './interview-state.js';
import { spokenTexts } from './texts/spoken-texts.js';
import { formProblems } from './survey-form.js';

const bounds = (highest: number) =>
  fc
    .tuple(fc.integer({ min: 0, max: highest - 1 }), fc.integer({ min: 1, max: highest }))
    .map(([min, span]) => ({ min, max: Math.min(highest, min + span) }));

const question = fc.oneof(
  fc.constant({ type: 'yes_no' as const }),
  bounds(99).map((both) => ({ type: 'scale' as const, ...both })),
  bounds(999_999_999).map((both) => ({ type: 'numeric' as const, ...both })),
  fc.integer({ min: 2, max: 9 }).map((count) => ({
    type: 'choice' as const,
    options: Array.from({ length: count }, (_, index) => ({ value: `v${index}`, label: `label ${index}` })),
  })),
);

const surveys = fc
  .array(fc.tuple(question, fc.boolean()), { maxLength: 6 })
  .map((questions): SurveyDefinition => ({
    introduction: 'Hello.',
    questions: questions.map(([one, required], index): Question => ({
      ...one,
      required,
      key: `q${index}`,
      text: 'What?',
    })),
  }));

const KEYPAD = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', '*', '#'];

/** Real keypads, and what no keypad sends; plausible keys often enough that interviews get somewhere. */
const input: fc.Arbitrary<CalleeInput> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom('1', '2', '3', '4', '5').map((keys) => ({ kind: 'keys' as const, keys })),
  },
  {
    weight: 4,
    arbitrary: fc
      .string({ unit: fc.constantFrom(...KEYPAD), maxLength: 12 })
      .map((keys) => ({ kind: 'keys' as const, keys })),
  },
  { weight: 1, arbitrary: fc.string().map((keys) => ({ kind: 'keys' as const, keys })) },
  { weight: 2, arbitrary: fc.constant({ kind: 'silence' as const }) },
  {
    weight: 1,
    arbitrary: fc.string().map((text) => ({ kind: 'speech' as const, text, confidence: null })),
  },
);
/** The same input for ever, once the first ones are given: nothing but repetitions, silence or a wrong key. */
const stubborn = fc.tuple(fc.constantFrom('*', '1*', '#', '8', '1'), fc.nat({ max: 8 })).map(([keys, yes]) =>
  (function* (): Generator<CalleeInput> {
    for (let given = 0; ; given++) yield { kind: 'keys', keys: given < yes ? '1' : keys };
  })(),
);
const inputs = fc.array(input, { maxLength: 80 });

function play(survey: SurveyDefinition, given: CalleeInput[], answered: string[] = [], stored = false) {
  const texts = spokenTexts(survey, 'en-US');
  let turn = begin(survey, texts, answered);
  const trace = [turn];
  for (const one of given) {
    const state = stored ? (JSON.parse(JSON.stringify(turn.state)) as typeof turn.state) : turn.state;
    turn = advance(survey, texts, state, one);
    trace.push(turn);
  }
  const effects: InterviewEffect[] = trace.flatMap((one) => one.effects);
  return { trace, effects, last: turn };
}

/** What a stored value must be, said independently of the question types' own code. */
function isValid(one: Question, value: AnswerValue): boolean {
  switch (one.type) {
    case 'yes_no':
      return typeof value === 'boolean';
    case 'choice':
      return one.options.some((option) => option.value === value);
    default:
      return Number.isInteger(value) && (value as number) >= one.min && (value as number) <= one.max;
  }
}

describe('an interview, whatever the person does', () => {
  it('starts from a survey that passes its form check', () => {
    fc.assert(
      fc.property(surveys, (survey) => {
        expect(formProblems(survey, 'survey')).toEqual([]);
      }),
    );
  });

  it('ends within the tries and repetitions of its prompts', () => {
    fc.assert(
      fc.property(surveys, fc.oneof(fc.infiniteStream(input), stubborn), (survey, stream) => {
        const bound = (survey.questions.length + 1) * (TRIES_PER_PROMPT + REPEATS_PER_PROMPT);
        const { last } = play(
          survey,
          Array.from({ length: bound }, () => stream.next().value!),
        );
        expect(last.state.step.kind).toBe('ended');
        expect(last.prompt.listen).toBeNull();
      }),
    );
  });

  it('stores only valid values, at most one per question, none answered before, none without consent', () => {
    fc.assert(
      fc.property(
        surveys,
        inputs,
        fc.subarray(['q0', 'q1', 'q2', 'q3', 'q4', 'q5']),
        (survey, given, before) => {
          const { effects } = play(survey, given, before);
          const answers = effects.filter((effect) => effect.kind === 'answered');
          for (const { key, value, questionType } of answers) {
            const asked = survey.questions.find((one) => one.key === key)!;
            expect(questionType).toBe(asked.type);
            expect(isValid(asked, value)).toBe(true);
            expect(before).not.toContain(key);
          }
          expect(new Set(answers.map(({ key }) => key)).size).toBe(answers.length);
          expect(answers.length === 0 || effects[0]?.kind === 'consented').toBe(true);
        },
      ),
    );
  });

  it('completes only with every required answer, and has one end at most', () => {
    fc.assert(
      fc.property(surveys, inputs, (survey, given) => {
        const { effects, last } = play(survey, given);
        const ends = effects.filter(({ kind }) => ['completed', 'refused', 'no_response'].includes(kind));
        expect(ends.length).toBe(last.state.step.kind === 'ended' ? 1 : 0);
        if (ends[0]?.kind !== 'completed') return;
        const required = survey.questions.filter((one) => one.required !== false).map(({ key }) => key);
        expect(last.state.answered).toEqual(expect.arrayContaining(required));
      }),
    );
  });

  it('is refused by the keys 2 and 9 at consent only, never by silence or wrong keys', () => {
    fc.assert(
      fc.property(surveys, inputs, (survey, given) => {
        const { trace } = play(survey, given);
        trace.forEach((turn, index) => {
          const refused = turn.effects.find((effect) => effect.kind === 'refused');
          if (refused === undefined) return;
          const cause = given[index - 1]!;
          expect(trace[index - 1]!.state.step.kind).toBe('consent');
          expect(cause.kind === 'keys' && cause.keys.trim().replace(/#$/, '')).toBe(
            refused.neverAgain ? '9' : '2',
          );
        });
      }),
    );
  });

  it('is the same when it is played again, and when its state comes back from storage at every turn', () => {
    fc.assert(
      fc.property(surveys, inputs, (survey, given) => {
        const once = play(survey, given).trace;
        expect(play(survey, given).trace).toEqual(once);
        expect(play(survey, given, [], true).trace).toEqual(once);
      }),
    );
  });

  it('speaks at every turn, and waits for keys until it ends', () => {
    fc.assert(
      fc.property(surveys, inputs, (survey, given) => {
        for (const { prompt, state } of play(survey, given).trace) {
          expect(prompt.say.length).toBeGreaterThan(0);
          expect(prompt.listen === null).toBe(state.step.kind === 'ended');
        }
      }),
    );
  });
});
