import { afterAll, beforeAll, expect, it } from 'vitest';
import { ApiDatabase } from '../../src/shared/db/database.js';
import { HandleTurnCommand } from '../../src/telephony/turn/handle-turn.command.js';
import { RecoverCallsCommand } from '../../src/telephony/recovery/recover-calls.command.js';
import { ClaimNextContactCommand } from '../../src/scheduler/claim-next-contact/claim-next-contact.command.js';
import { waitFor } from '../support/wait-for.js';
import { DialWorld } from '../telephony/dial-world.js';

const POOL = 2;
let world: DialWorld;
beforeAll(async () => {
  world = await DialWorld.open({ DATABASE_POOL_SIZE: String(POOL) });
});
afterAll(() => world.close());

it('operators who use up every connection of the API stop neither the claim nor a dial nor a person on the line', async () => {
  const { attemptId } = await world.onePerson();
  const waiting = await world.campaign([world.number()]);
  let release!: () => void;
  const held = new Promise<void>((resolve) => (release = resolve));
  let busy = 0;
  const operators = Array.from({ length: POOL }, () =>
    world.on.app.get(ApiDatabase).transaction(
      async (tx) => {
        await tx.rows('SELECT 1');
        busy++;
        await held;
      },
      { limits: { idleInTransactionMs: 60_000, transactionMs: 60_000 } },
    ),
  );
  await waitFor('the pool to be used up', () => busy === POOL);
  const request = world.on.api<{ code: string }>('GET', '/operations/settings');

  const begun = performance.now();
  expect((await world.commands.execute(new ClaimNextContactCommand())).attemptIds).toHaveLength(1);
  await world.commands.execute(new RecoverCallsCommand());
  expect(await world.place(attemptId)).toEqual({ kind: 'offered', result: 'accepted' });
  const sid = (await world.attempt(attemptId)).provider_call_id!;
  const turn = new HandleTurnCommand(attemptId, 0, sid, { kind: 'silence' }, 'human');
  expect((await world.commands.execute(turn)).result).toBe('applied');
  const took = performance.now() - begun;

  // The request itself is told to come again instead of queueing up for ever.
  expect(await request).toMatchObject({ status: 503, body: { code: 'temporarily_unavailable' } });
  release();
  await Promise.all(operators);
  expect(took).toBeLessThan(10_000);
  expect((await world.on.api('GET', `/campaigns/${waiting}`)).status).toBe(200);
});
