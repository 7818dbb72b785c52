import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { WatchDatabaseCommand } from '../../src/scheduler/watch-database/watch-database.command.js';
import { waitFor } from '../support/wait-for.js';
import { DialWorld } from '../telephony/dial-world.js';

/** The scheduler is off: the watch looks when a test lets it, so that only claim and dial can keep a call from leaving. */
let world: DialWorld;
beforeAll(async () => {
  world = await DialWorld.open();
});
afterAll(() => world.close());

const claim = () => world.commands.execute(new ClaimNextContactCommand());
const watch = () => world.commands.execute(new WatchDatabaseCommand());
const findsItself = (identity: string | null) =>
  world.on.database.api.rows(`UPDATE settings SET database_identity = $1 RETURNING version`, [identity]);

describe('between a failover and the next look of the watch', () => {
  it('claims nobody, dials nobody who was claimed before, and places no test call', async () => {
    await watch();
    const { attemptId, contactId } = await world.onePerson();
    const pending = world.number();
    const campaignId = await world.campaign([pending]);
    await findsItself('another cluster/00000001');

    expect((await claim()).attemptIds).toEqual([]);
    expect(await world.place(attemptId)).toEqual({ kind: 'canceled', reason: 'dialling_stopped' });
    const test = await world.on.api('POST', `/campaigns/${campaignId}/test-call`, {
      phoneNumber: world.number(),
    });
    expect([test.status, test.body]).toEqual([409, expect.objectContaining({ code: 'dialling_stopped' })]);
    expect(world.on.carrier.summary().creates).toBe(0);
    expect(await world.on.database.api.row(`SELECT state FROM contacts WHERE id = $1`, [contactId])).toEqual({
      state: 'pending',
    });

    // An operator who resumes before the watch has stopped anything resumes nothing.
    await world.on.api('POST', '/operations/resume');
    expect((await claim()).attemptIds).toEqual([]);

    expect(await watch()).toEqual({ changed: true });
    expect((await claim()).attemptIds).toEqual([]);
    await world.on.api('POST', '/operations/resume');
    await waitFor('the carrier to have a call', async () => {
      await claim();
      return world.on.carrier.summary().creates > 0;
    });
  });

  it('dials on where no look has noted a database yet', async () => {
    await findsItself(null);
    const { attemptId } = await world.onePerson();
    await world.offered(attemptId);
    expect(world.creates(attemptId)).toBe(1);
  });
});
