import pg from 'pg';
import { CommandBus } from '@nestjs/cqrs';
import { it } from 'vitest';
import { makeCampaign, OPEN_POLICY, phone } from './support/campaigns.js';
import { startInstallation } from './support/installation.js';
import { ClaimNextContactCommand } from '../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { SettleStrandedContactsCommand } from '../src/scheduler/settle-stranded-contacts/settle-stranded-contacts.command.js';

const log = (...w: unknown[]) => process.stderr.write(w.map((x) => (typeof x === 'string' ? x : JSON.stringify(x))).join(' ') + '\n');

it('T1 the first tick over a large campaign whose zones are shut', async () => {
  const on = await startInstallation({ environment: { SCHEDULER_ENABLED: 'false' } });
  const c = new pg.Client({ connectionString: on.database.url });
  await c.connect();
  const window = { days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '09:00', to: '20:00' };
  const id = await makeCampaign(on, [phone(1)], { change: { policy: { ...OPEN_POLICY, callingWindow: window } } });
  // Another campaign, open all day, that wants to call one person.
  const other = await makeCampaign(on, [phone(2)]);
  await c.query(
    `INSERT INTO contacts (id, campaign_id, phone_number, timezone, next_attempt_at, created_at)
     SELECT gen_random_uuid(), $1, '+1303' || (2000000 + g), (ARRAY['America/New_York','America/Chicago','America/Denver','America/Los_Angeles','America/Phoenix','America/Anchorage','Pacific/Honolulu','America/Detroit','America/Boise','America/Indiana/Indianapolis'])[1 + g % 10], '2026-11-22T07:00:00Z', '2026-11-22T07:00:00Z' FROM generate_series(1, 250000) g`, [id]);
  await c.query('ANALYZE');
  const bus = on.app.get(CommandBus, { strict: false });
  for (let tick = 0; tick < 6; tick++) {
    const began = performance.now();
    const result = await bus.execute(new ClaimNextContactCommand()).then((r: any) => `claimed ${r.attemptIds.length} held ${r.held}`, (e: Error) => `FAILED ${e.message}`);
    const left = (await c.query(`SELECT count(*)::int FROM contacts WHERE campaign_id=$1 AND next_attempt_at <= '2026-11-22T08:30:00Z' AND state='pending'`, [id])).rows[0].count;
    log('T1 tick', tick, Math.round(performance.now() - began), 'ms', result, 'still due', left);
  }
  log('T1 other campaign', (await c.query(`SELECT state FROM contacts WHERE campaign_id=$1`, [other])).rows);
  // T12: change the window while running, after deferring everybody
  await c.query(`UPDATE contacts SET deferred_from = '2026-11-22T07:00:00Z', next_attempt_at='2026-11-23T14:00:00Z' WHERE campaign_id=$1 AND state='pending'`, [id]);
  await c.query('VACUUM ANALYZE contacts');
  const began = performance.now();
  const edit = await on.api('PATCH', `/campaigns/${id}`, { policy: { callingWindow: { ...window, to: '19:00' } } });
  log('T12 narrowing the window of 250k deferred contacts', edit.status, Math.round(performance.now() - began), 'ms', JSON.stringify(edit.body).slice(0, 200));
  await c.end();
  await on.stop();
}, 300000);
