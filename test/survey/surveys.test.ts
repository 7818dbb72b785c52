import { Test } from '@nestjs/testing';
import { Global, Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IdGenerator } from '../../src/shared/ids/id-generator.js';
import { Interviews } from '../../src/survey/contracts/interviews.js';
import type { SurveyDefinition } from '../../src/survey/contracts/survey-definition.js';
import { Surveys } from '../../src/survey/contracts/surveys.js';
import { SurveyRows } from '../../src/survey/rows/survey-rows.js';
import { SurveyModule } from '../../src/survey/survey.module.js';
import { SequentialIds } from '../support/sequential-ids.js';
import { openTestDatabase, type TestDatabase } from '../support/test-database.js';
import { addCampaign, AT, SURVEY } from './survey-fixture.js';

const ids = new SequentialIds();
const surveys = new SurveyRows(ids);
let db: TestDatabase;

beforeAll(async () => {
  db = await openTestDatabase();
});
afterAll(() => db.close());

const write = (campaignId: string, definition: SurveyDefinition, language = 'en-US') =>
  db.api.transaction((tx) => surveys.write(tx, { campaignId, language, definition, at: AT }));
const read = (surveyId: string) => db.api.transaction((tx) => surveys.read(tx, surveyId));

describe('the versions of a survey', () => {
  it('count from 1 in each campaign, and are read as they were written', async () => {
    const [one, other] = [await addCampaign(db, ids), await addCampaign(db, ids)];
    const first = await write(one, SURVEY);
    const second = await write(one, { ...SURVEY, closing: 'Bye.' }, 'en-GB');
    expect([first.version, second.version, (await write(other, SURVEY)).version]).toEqual([1, 2, 1]);
    expect(await read(first.surveyId)).toEqual({ version: 1, language: 'en-US', definition: SURVEY });
    expect(await read(second.surveyId)).toMatchObject({ language: 'en-GB', definition: { closing: 'Bye.' } });
  });

  it('never change', async () => {
    const { surveyId } = await write(await addCampaign(db, ids), SURVEY);
    await expect(
      db.api.rows(`UPDATE surveys SET language = 'it-IT' WHERE id = $1`, [surveyId]),
    ).rejects.toThrow('a survey version is immutable');
  });

  it('give a draft’s missing texts and questions back as empty ones', async () => {
    const { surveyId } = await write(await addCampaign(db, ids), {} as SurveyDefinition);
    expect((await read(surveyId)).definition).toEqual({ introduction: '', questions: [] });
  });

  it('are not found by an unknown id', async () => {
    await expect(read(ids.next())).rejects.toMatchObject({ code: 'not_found' });
  });

  it('hold what the form check takes', async () => {
    const definition = { introduction: 'Perché?\n👋', questions: SURVEY.questions };
    expect(surveys.formProblems(definition, 'survey')).toEqual([]);
    const { surveyId } = await write(await addCampaign(db, ids), definition);
    expect((await read(surveyId)).definition).toEqual(definition);
  });
});

describe('the survey module', () => {
  it('gives every room its surveys and interviews', async () => {
    @Global()
    @Module({ providers: [{ provide: IdGenerator, useValue: ids }], exports: [IdGenerator] })
    class Identifiers {}
    const module = await Test.createTestingModule({ imports: [Identifiers, SurveyModule] }).compile();
    expect(module.get(Surveys).definitionSchema()).toMatchObject({ type: 'object' });
    expect(module.get(Interviews).apology('en').listen).toBeNull();
    await module.close();
  });
});
