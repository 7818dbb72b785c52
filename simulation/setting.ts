import { AddContactsCommand } from '../src/contact/add-contacts/add-contacts.command.js';
import { CreateCampaignCommand } from '../src/campaign/create-campaign/create-campaign.command.js';
import { StartCampaignCommand } from '../src/campaign/start-campaign/start-campaign.command.js';
import { readEnvironment } from '../src/shared/environment/environment.js';
import type { Environment } from '../src/shared/environment/environment.js';
import type { Chance } from './kernel/chance.js';
import { CONSENT_TEXT, questionsOf } from './carrier/people.js';
import type { Worker } from './worker/worker.js';

export const CALLER_ID = '+12025550199';

/** Instants at which a run may begin: ordinary days, the days around clock changes, the end of a year. */
const BEGINNINGS = [
  '2026-03-06T15:00:00Z',
  '2026-03-27T09:00:00Z',
  '2026-06-18T22:30:00Z',
  '2026-10-23T13:00:00Z',
  '2026-10-30T18:00:00Z',
  '2026-11-22T08:00:00Z',
  '2026-12-30T20:00:00Z',
];

export function beginning(chance: Chance): number {
  return Date.parse(chance.pick(BEGINNINGS)) + chance.integer(0, 86_400_000);
}

export function simulatedEnvironment(chance: Chance): Environment {
  return readEnvironment({
    NODE_ENV: 'test',
    DATABASE_URL: 'postgres://simulated/simulated',
    TELEPHONY_PROVIDER: 'simulator',
    TWILIO_ACCOUNT_SID: `AC${'0'.repeat(32)}`,
    TWILIO_AUTH_TOKEN: 'simulated',
    TWILIO_API_BASE_URL: 'http://127.0.0.1:1',
    TWILIO_FROM_NUMBER: CALLER_ID,
    PUBLIC_BASE_URL: 'http://127.0.0.1:1',
    MAX_CONCURRENT_CALLS: String(chance.integer(4, 12)),
    CALLS_PER_SECOND: String(chance.pick([0.5, 1, 2, 5])),
  });
}

/** Campaigns with their contacts, made by the engine's own commands and started. */
export async function prepare(
  operator: Worker,
  chance: Chance,
  size: { campaigns: number; contacts: number },
): Promise<{ campaignIds: string[]; phoneNumbers: string[] }> {
  const campaignIds: string[] = [];
  const phoneNumbers = Array.from(
    { length: size.contacts },
    (_, index) => `+1202555${String(1_000 + index)}`,
  );
  for (let campaign = 0; campaign < size.campaigns; campaign++) {
    const id = await operator.execute(new CreateCampaignCommand(bodyOf(chance, campaign)));
    const own = phoneNumbers.filter((_, index) => index % size.campaigns === campaign);
    // Some people stand in two campaigns: the same phone must never ring twice at once.
    const others = phoneNumbers.filter((number) => !own.includes(number) && chance.happens(0.1));
    const contacts = [...own, ...others].map((phoneNumber) => ({
      phoneNumber,
      timezone: chance.pick(['America/New_York', 'America/Los_Angeles', 'Europe/Rome', null]),
    }));
    await operator.execute(new AddContactsCommand(id, contacts, []));
    campaignIds.push(id);
  }
  for (const id of campaignIds) await operator.execute(new StartCampaignCommand(id));
  return { campaignIds, phoneNumbers };
}

function bodyOf(chance: Chance, ordinal: number): unknown {
  return {
    name: `Simulated ${ordinal + 1}`,
    language: 'en-US',
    defaultTimezone: 'America/New_York',
    callerId: CALLER_ID,
    survey: {
      introduction:
        'Hello, this is Acme Research, calling for Acme Stores. You can reach us at 202 555 0100.',
      consent: CONSENT_TEXT,
      questions: questionsOf(ordinal),
      closing: 'Thank you. Goodbye.',
    },
    policy: {
      maxAttempts: chance.integer(2, 4),
      maxConcurrentCalls: chance.integer(2, 8),
      callsPerSecond: chance.pick([0.5, 1, 3]),
      callSeconds: 300,
      callingWindow: { days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat'], from: '09:00', to: '20:00' },
    },
  };
}
