import { defineEvent } from '../../shared/event-log/domain-event.js';

export const InterviewStarted = defineEvent<{ surveyId: string }>('interview.started.v1');
export const InterviewResumed = defineEvent<{ answered: number }>('interview.resumed.v1');
export const ConsentGiven = defineEvent<Record<string, never>>('interview.consented.v1');
/** The value itself stays in `answers`: the log carries no personal data. */
export const AnswerRecorded = defineEvent<{ questionKey: string }>('interview.answered.v1');
export const InterviewCompleted = defineEvent<{ answered: number }>('interview.completed.v1');
export const InterviewRefused = defineEvent<{ neverAgain: boolean }>('interview.refused.v1');
