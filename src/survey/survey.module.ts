import { Global, Module } from '@nestjs/common';
import { Interviews } from './contracts/interviews.js';
import { Surveys } from './contracts/surveys.js';
import { InterviewRows } from './rows/interview-rows.js';
import { SurveyRows } from './rows/survey-rows.js';

/** The questionnaire, what is asked next, and what was answered. */
@Global()
@Module({
  providers: [
    { provide: Interviews, useClass: InterviewRows },
    { provide: Surveys, useClass: SurveyRows },
  ],
  exports: [Interviews, Surveys],
})
export class SurveyModule {}
