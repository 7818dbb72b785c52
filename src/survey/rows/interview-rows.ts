import { Injectable } from '@nestjs/common';
import type { Tx } from '../../shared/db/tx.js';
import { DomainError } from '../../shared/errors/domain-error.js';
import { appendEvents } from '../../shared/event-log/append-events.js';
import type { EventSource } from '../../shared/event-log/domain-event.js';
import { IdGenerator } from '../../shared/ids/id-generator.js';
import { InterviewResumed, InterviewStarted } from '../contracts/events.js';
import {
  type InterviewCall,
  type InterviewEvidence,
  Interviews,
  type InterviewStep,
} from '../contracts/interviews.js';
import type { CalleeInput, Prompt } from '../contracts/prompt.js';
import { NO_INTERVIEW, weigh } from '../domain/interview-evidence.js';
import { advance, begin } from '../domain/interview-machine.js';
import { apologyPrompt, promptFor, voicemailPrompt } from '../domain/interview-prompts.js';
import { type InterviewState, type InterviewTurn, standingOf } from '../domain/interview-state.js';
import { spokenTexts, voiceFor } from '../domain/texts/spoken-texts.js';
import { eventsOf, moveOf } from './interview-effects.js';
import {
  answeredKeys,
  type CurrentInterview,
  insertAnswer,
  insertInterview,
  type InterviewMove,
  lockCurrentInterview,
  moveInterviewIfCurrent,
  readInterviewAnswers,
} from './interviews.sql.js';
import { findSurvey } from './surveys.sql.js';

/**
 * The caller holds the contact's and the attempt's lock, so one turn of a contact is at work at a time; every write is
 * fenced by the interview's version all the same. What a turn established is stored by the transaction that returns the
 * next prompt: a crash before COMMIT leaves the interview where the person heard it last.
 */
@Injectable()
export class InterviewRows extends Interviews {
  constructor(private readonly ids: IdGenerator) {
    super();
  }

  override async begin(tx: Tx, call: InterviewCall, at: Date): Promise<InterviewStep> {
    const current = await lockCurrentInterview(tx, call.contactId);
    if (current === undefined) return this.open(tx, call, at);
    if (current.status !== 'open') return lastStep(current, call);
    const voice = voiceFor(current.language, call.language);
    const answered = await answeredKeys(tx, current.id);
    const first = begin(current.survey, spokenTexts(current.survey, voice), answered);
    await move(tx, current, { ...moveOf(first, current, call, at), version: current.version + 1 });
    const source = sourceOf(current.id, current.version + 1, call, at);
    await appendEvents(tx, [InterviewResumed.of(source, { answered: answered.length })]);
    return stepOf(first);
  }

  override async advance(tx: Tx, call: InterviewCall, input: CalleeInput, at: Date): Promise<InterviewStep> {
    const current = await lockCurrentInterview(tx, call.contactId);
    if (current === undefined) throw neverBegun();
    if (current.status !== 'open') return lastStep(current, call);
    const state = current.progress.calls[call.attemptId];
    if (state === undefined) throw neverBegun();
    const texts = spokenTexts(current.survey, state.voice);
    const next = advance(current.survey, texts, state, input);
    // An answer belongs to the prompt of its own call; only a refusal means the same whenever it arrives.
    const overtaken = current.attemptId !== call.attemptId;
    if (overtaken && !next.effects.some(({ kind }) => kind === 'refused'))
      return { prompt: apologyPrompt(texts), standing: { kind: 'open' } };
    if (next.state !== state) await this.store(tx, current, call, next, input, at);
    return stepOf(next);
  }

  override async voicemail(tx: Tx, call: InterviewCall): Promise<Prompt | null> {
    const survey = await findSurvey(tx, call.surveyId);
    if (survey === undefined) throw new DomainError('not_found', 'There is no such survey.');
    const voice = voiceFor(survey.language, call.language);
    return voicemailPrompt(survey.definition, spokenTexts(survey.definition, voice));
  }

  override apology(language: string): Prompt {
    return apologyPrompt(spokenTexts({ introduction: '', questions: [] }, voiceFor(language, null)));
  }

  override async evidence(tx: Tx, contactId: string): Promise<InterviewEvidence> {
    const interview = await readInterviewAnswers(tx, contactId);
    return interview === undefined ? NO_INTERVIEW : weigh(interview.survey, interview);
  }

  private async open(tx: Tx, call: InterviewCall, at: Date): Promise<InterviewStep> {
    const survey = await findSurvey(tx, call.surveyId);
    if (survey === undefined) throw new DomainError('not_found', 'There is no such survey.');
    const voice = voiceFor(survey.language, call.language);
    const first = begin(survey.definition, spokenTexts(survey.definition, voice), []);
    const id = this.ids.next();
    const { campaignId, contactId, surveyId, attemptId } = call;
    const progress = { calls: { [attemptId]: first.state } };
    await insertInterview(tx, { id, campaignId, contactId, surveyId, attemptId, progress, at });
    await appendEvents(tx, [InterviewStarted.of(sourceOf(id, 1, call, at), { surveyId })]);
    return stepOf(first);
  }

  /** One version and one event per effect; an input without effect moves the progress only. */
  private async store(
    tx: Tx,
    current: CurrentInterview,
    call: InterviewCall,
    next: InterviewTurn,
    input: CalleeInput,
    at: Date,
  ): Promise<void> {
    const keys = input.kind === 'keys' ? input.keys : '';
    const events = eventsOf(next, (nth) => sourceOf(current.id, current.version + nth, call, at));
    await move(tx, current, {
      ...moveOf(next, current, call, at, keys),
      version: current.version + events.length,
    });
    for (const effect of next.effects) {
      if (effect.kind !== 'answered') continue;
      await insertAnswer(tx, {
        id: this.ids.next(),
        interviewId: current.id,
        campaignId: current.campaignId,
        attemptId: call.attemptId,
        key: effect.key,
        questionType: effect.questionType,
        value: effect.value,
        inputMode: 'dtmf',
        rawInput: keys,
        at,
      });
    }
    await appendEvents(tx, events);
  }
}

async function move(tx: Tx, current: CurrentInterview, to: InterviewMove): Promise<void> {
  if (!(await moveInterviewIfCurrent(tx, current, to)))
    throw new DomainError('illegal_transition', 'Another turn has moved the interview on.');
}

function stepOf(turn: InterviewTurn): InterviewStep {
  return { prompt: turn.prompt, standing: standingOf(turn.state) };
}

/** The last words of a finished interview, again. */
function lastStep(current: CurrentInterview, call: InterviewCall): InterviewStep {
  const voice = current.progress.calls[call.attemptId]?.voice ?? voiceFor(current.language, call.language);
  const refused = current.refusal?.neverAgain === true ? 'never_again' : 'refused';
  const step: InterviewState['step'] = {
    kind: 'ended',
    as: current.status === 'completed' ? 'completed' : refused,
  };
  return {
    prompt: promptFor(current.survey, spokenTexts(current.survey, voice), step, 'asked'),
    standing: standingOf({ step }),
  };
}

function neverBegun(): DomainError {
  return new DomainError('not_found', 'This call has begun no interview.');
}

function sourceOf(entityId: string, version: number, call: InterviewCall, at: Date): EventSource {
  const { campaignId, contactId, attemptId } = call;
  return { entityId, version, at, campaignId, contactId, attemptId };
}
