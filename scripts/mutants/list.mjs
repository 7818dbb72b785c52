/**
 * Rules of the dial protocol, each taken away once. A mutant is caught by the simulation within the seeds of the run, or
 * by the test it names; where the code keeps a rule twice, both lines are taken away together, and `breaks` says so.
 *
 * @typedef {object} Edit
 * @property {string} file
 * @property {string} find occurs exactly once, or the run fails: a mutant may not rot
 * @property {string} replace
 *
 * @typedef {{ simulation: true, options?: string[] } | { test: string, name: string }} CaughtBy `name`: the beginning of
 *   a test's name, with its describe blocks before it where it needs them
 *
 * @typedef {object} Mutant
 * @property {string} name
 * @property {string} breaks the rule that is taken away
 * @property {Edit[]} edits
 * @property {CaughtBy} caughtBy
 */

const DIAL = 'src/telephony/dial';
const FACTS = 'src/telephony/facts';
const RECOVERY = 'src/telephony/recovery';
const TURN = 'src/telephony/turn';
const SCHEDULER = 'src/scheduler';
const EVENT_LOG = 'src/shared/event-log';

/** @type {Mutant[]} */
export const MUTANTS = [
  {
    name: 'dial-before-commit',
    breaks: 'A transaction of the dialling counts as committed before its COMMIT was acknowledged.',
    edits: [
      {
        file: 'src/shared/db/database.ts',
        find: "await runner.query('COMMIT');",
        replace: `const done = runner.query('COMMIT').catch((error: unknown) => error);
      if (!(this instanceof DiallingDatabase) && (await done) instanceof Error) throw await done;`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-intent',
    breaks: 'The carrier is asked without an intent in the rows.',
    edits: [
      {
        file: `${DIAL}/dial-intent.ts`,
        find: `          { slotAt: slot.slotAt, offer },
        )
        .write(tx);`,
        replace: `          { slotAt: slot.slotAt, offer },
        );`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-offer-fence',
    breaks: 'The result of a create request is written whatever became of the attempt meanwhile.',
    edits: [
      {
        file: `${DIAL}/dial-results.ts`,
        find: `      const same =
        attempt.status === 'dialing' && attempt.offers === offer && attempt.providerCallId === null;`,
        replace: '      const same = true;',
      },
      {
        file: `${DIAL}/dial-results.ts`,
        find: '(attempt.dialResult !== null && !known)',
        replace: 'false',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-dial-gate',
    breaks: 'A dial does not pass the gate that pauses, stops and suppressions hold.',
    edits: [
      {
        file: 'src/shared/db/locks.ts',
        find: 'await tx.rows(`SELECT pg_advisory_xact_lock_shared(${NAMESPACE}, ${LOCKS.dialGate})`);',
        replace: 'void tx;',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'gate-not-held-alone',
    breaks: 'Pauses, stops and suppressions share the gate with the dials instead of holding it alone.',
    edits: [
      {
        file: 'src/shared/db/locks.ts',
        find: 'pg_advisory_xact_lock(${NAMESPACE}, ${LOCKS.dialGate})',
        replace: 'pg_advisory_xact_lock_shared(${NAMESPACE}, ${LOCKS.dialGate})',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-claim-lock',
    breaks: 'Two ticks that overlap claim at the same time.',
    edits: [
      {
        file: 'src/shared/db/locks.ts',
        find: 'return tryLock(tx, LOCKS.claim);',
        replace: 'return tx !== undefined;',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'unknown-not-counted',
    breaks: 'Calls of unknown result hold no place in the limits, neither at the claim nor at the dial.',
    edits: [
      {
        file: `${SCHEDULER}/scheduling.queries.ts`,
        find: `FROM call_attempts WHERE status <> 'ended' AND carrier_ended_at IS NULL\``,
        replace: `FROM call_attempts WHERE status <> 'ended' AND carrier_ended_at IS NULL AND dial_result IS DISTINCT FROM 'unknown'\``,
      },
      {
        file: `${SCHEDULER}/scheduling.queries.ts`,
        find: `WHERE campaign_id = c.id AND status <> 'ended' AND carrier_ended_at IS NULL)`,
        replace: `WHERE campaign_id = c.id AND status <> 'ended' AND carrier_ended_at IS NULL AND dial_result IS DISTINCT FROM 'unknown')`,
      },
      {
        file: `${SCHEDULER}/scheduling.queries.ts`,
        find: `WHERE a.status IN ('dialing', 'ringing', 'in_progress') AND a.carrier_ended_at IS NULL`,
        replace: `WHERE a.status IN ('dialing', 'ringing', 'in_progress') AND a.carrier_ended_at IS NULL AND a.dial_result IS DISTINCT FROM 'unknown'`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'live-not-counted',
    breaks: 'The claim takes it that no call is live.',
    edits: [
      {
        file: `${SCHEDULER}/claim-next-contact/claim-next-contact.handler.ts`,
        find: '...(await liveAttempts(tx)),',
        replace: '...{ ...(await liveAttempts(tx)), live: 0 },',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'limits-not-rechecked',
    breaks: 'A dial does not count the calls on the line once more.',
    edits: [
      {
        file: `${DIAL}/dial-intent.ts`,
        find: 'if (!contact.isTest && (await this.permission.limitReached(tx, attempt.campaignId))) {',
        replace: 'if (contact.isTest && (await this.permission.limitReached(tx, attempt.campaignId))) {',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'campaign-not-reread',
    breaks: 'A dial does not read again whether its campaign is running.',
    edits: [
      {
        file: `${SCHEDULER}/scheduling.queries.ts`,
        find: `c.status, c.closing_at IS NOT NULL AS closing, c.carrier, c.starts_at AS "startsAt", c.ends_at AS "endsAt",
            c.caller_id`,
        replace: `'running' AS status, c.closing_at IS NOT NULL AS closing, c.carrier, c.starts_at AS "startsAt", c.ends_at AS "endsAt",
            c.caller_id`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'stop-not-reread',
    breaks: 'A dial does not read again whether dialling is stopped everywhere.',
    edits: [
      {
        file: `${SCHEDULER}/dial-permission.ts`,
        find: 'diallingStopped: limits.diallingStopped,',
        replace: 'diallingStopped: false,',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'suppression-ignored',
    breaks:
      'A dial does not look at the do-not-call list, and putting a number on it leaves contacts in a call alone (two lines of defence).',
    edits: [
      {
        file: `${SCHEDULER}/scheduling.queries.ts`,
        find: 'EXISTS (SELECT 1 FROM suppressions s WHERE s.phone_number = k.phone_number) AS suppressed',
        replace: 'false AS suppressed',
      },
      {
        file: 'src/contact/rows/settled-contacts.sql.ts',
        find: `AND (c.state = 'in_progress' OR \${OPEN})`,
        replace: 'AND ${OPEN}',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'hours-ignored',
    breaks: 'Neither claim nor dial looks at the hour where the phone rings.',
    edits: [
      {
        file: `${SCHEDULER}/domain/contactability.ts`,
        find: 'if (!hours.open) {',
        replace: 'if (hours === null) {',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-pace',
    breaks: 'A slot is given whenever it is asked for, however near to the last one.',
    edits: [
      {
        file: `${DIAL}/dial-slots.ts`,
        find: 'const free = last === null ? 0 : Math.ceil(last.getTime() + intervalMs);',
        replace: 'const free = last === null ? 0 : Math.ceil(intervalMs);',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'frozen-worker-sends',
    breaks: 'A worker that was frozen between its commit and its request sends it all the same.',
    edits: [
      {
        file: `${DIAL}/place-call.handler.ts`,
        find: 'if (this.stopwatch.now() - slotAt > LATEST_SEND_MS) {',
        replace: 'if (this.stopwatch.now() - slotAt > 1e9 * LATEST_SEND_MS) {',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'server-error-not-placed',
    breaks: 'A 5xx of the carrier is taken for a refusal: the number is called again.',
    edits: [
      {
        file: 'src/telephony/providers/twilio/twilio-errors.ts',
        find: "if (typeof status !== 'number' || status < 400 || status >= 500)",
        replace:
          "if (typeof status === 'number' && status >= 500) return { kind: 'throttled', reason: '5xx' };\n  if (typeof status !== 'number' || status < 400)",
      },
    ],
    caughtBy: { test: 'test/telephony/dial-results.test.ts', name: 'is unknown after a bare 500' },
  },
  {
    name: 'timeout-not-placed',
    breaks: 'A create request that timed out is taken for one that was never sent.',
    edits: [
      {
        file: 'src/telephony/providers/twilio/twilio-errors.ts',
        find: '  const failure = failureOf(error);',
        replace: `  const failure = failureOf(error);
  if (/ECONNABORTED|ETIMEDOUT|DEADLINE/.test(describeFailure(error)))
    return { kind: 'not_sent', reason: 'timeout' };`,
      },
    ],
    caughtBy: { test: 'test/telephony/dial-results.test.ts', name: 'is unknown when nothing comes back' },
  },
  {
    name: 'reset-not-sent',
    breaks: 'A connection that was reset is taken for one that was never made.',
    edits: [
      {
        file: 'src/telephony/providers/twilio/twilio-errors.ts',
        find: "return neverLeft(failure) ? { kind: 'not_sent', reason } : { kind: 'unknown', reason };",
        replace:
          "return neverLeft(failure) || reason.includes('ECONNRESET') ? { kind: 'not_sent', reason } : { kind: 'unknown', reason };",
      },
    ],
    caughtBy: {
      test: 'test/telephony/dial-results.test.ts',
      name: 'is unknown when the connection is reset',
    },
  },
  {
    name: 'unknown-posted-again',
    breaks: 'A request of unknown result is sent once more.',
    edits: [
      {
        file: `${DIAL}/dial-results.ts`,
        find: "if (result.kind === 'unknown') {",
        replace: "if (result.kind === 'unknown' && result.reason === '') {",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'recovery-requeues-dialing',
    breaks: 'Recovery takes an intent without a result for a call that was never offered.',
    edits: [
      {
        file: `${RECOVERY}/recover-calls.handler.ts`,
        find: ".with({ dialResult: 'unknown', leaseUntil: null }, CallResultUnknown, {",
        replace:
          ".with({ status: 'claimed', dialSlotAt: null, dialingAt: null, leaseUntil: null }, CallResultUnknown, {",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'turn-after-end-refused',
    breaks: 'The first end of a call drops what was still pressed: an opt-out that arrives after it is lost.',
    edits: [
      {
        file: `${TURN}/handle-turn.handler.ts`,
        find: 'if (command.turn === 0 && mustNotBegin) return',
        replace: "if (call.attempt.status === 'ended' || (command.turn === 0 && mustNotBegin)) return",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'settled-at-once',
    breaks:
      'A call is settled the moment the line goes down, and turns after that are dropped (two lines of defence): the last key and the end arrive together.',
    edits: [
      {
        file: `${TURN}/handle-turn.handler.ts`,
        find: 'if (command.turn === 0 && mustNotBegin) return',
        replace: 'if (call.attempt.carrierEnd !== null || (command.turn === 0 && mustNotBegin)) return',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-rank',
    breaks: 'A signal moves a call whatever its rank: a late ringing takes it back.',
    edits: [
      {
        file: 'src/telephony/domain/call-lifecycle.ts',
        find: 'const to = callStep(call.status, signal.kind)?.to;',
        replace: "const to = callStep('dialing', signal.kind)?.to;",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-dedupe-key',
    breaks: 'A callback that comes twice is stored twice.',
    edits: [
      {
        file: 'src/telephony/rows/call-events.ts',
        find: 'dedupeKey: `signal:${fact.providerCallId}:${kind}`,',
        replace: 'dedupeKey: `signal:${fact.providerCallId}:${kind}:${fact.at.getTime()}`,',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'fact-acknowledged-early',
    breaks: 'A callback is answered before its transaction has committed.',
    edits: [
      {
        file: `${FACTS}/apply-call-signal.handler.ts`,
        find: 'const result = await againIfBoundMeanwhile(() =>',
        replace: "const result = 'applied' as FactResult;\n    void againIfBoundMeanwhile(() =>",
      },
      {
        file: `${FACTS}/apply-call-signal.handler.ts`,
        find: `      ),
    );
    if (result`,
        replace: `      ),
    ).catch(() => undefined);
    if (result`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'settled-in-second-transaction',
    breaks:
      'The end of an attempt is committed first, and its contact settled by a transaction of its own after that: a crash in between loses it.',
    edits: [
      {
        file: `${FACTS}/attempt-settlement.ts`,
        find: `      await this.settle(tx, contact, {
        outcome: end.outcome,
        attemptId: attempt.id,
        neverAgain: false,
        at: end.at,
      });`,
        replace: `      (tx as any).later = async (second: Tx) => {
        const found = await this.contacts.lock(second, contact.id);
        await this.settle(second, found, { outcome: end.outcome, attemptId: attempt.id, neverAgain: false, at: end.at });
      };`,
      },
      {
        file: 'src/shared/db/database.ts',
        find: 'if (tx.appended.length > 0) this.committed.publish(tx.appended);',
        replace: `if (tx.appended.length > 0) this.committed.publish(tx.appended);
      if ((tx as any).later !== undefined) await this.transaction((tx as any).later);`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'lost-too-early',
    breaks: 'An attempt is given up although its call might still be ringing.',
    edits: [
      {
        file: 'src/telephony/domain/recovery-plan.ts',
        find: 'return emptyLookUps >= 2 && at >= notBefore;',
        replace: 'return emptyLookUps >= 2 && at.getTime() + 300_000 >= notBefore.getTime();',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'lost-by-one-look-up',
    breaks: 'One empty look-up is evidence enough.',
    edits: [
      {
        file: 'src/telephony/domain/recovery-plan.ts',
        find: 'return emptyLookUps >= 2 && at >= notBefore;',
        replace: 'return emptyLookUps >= 1 && at >= notBefore;',
      },
    ],
    caughtBy: { test: 'test/telephony/look-ups.test.ts', name: 'is not lost by one empty look-up' },
  },
  {
    name: 'failed-look-up-counts',
    breaks: 'A look-up that the carrier did not answer counts as one that found nothing.',
    edits: [
      {
        file: `${RECOVERY}/look-ups.ts`,
        find: `const createdSince = new Date(attempt.dialingAt!.getTime() - CLOCK_SKEW_MS);
    const found = await this.port.find({ to: attempt.phoneNumber, from: attempt.callerId, createdSince });`,
        replace: `const createdSince = new Date(attempt.dialingAt!.getTime() - CLOCK_SKEW_MS);
    const answer = await this.port.find({ to: attempt.phoneNumber, from: attempt.callerId, createdSince });
    const found = answer.kind === 'unavailable' ? { kind: 'found' as const, calls: [], reason: '' } : answer;`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'look-up-binds-one-of-several',
    breaks: 'Of several calls that could be its own an attempt takes the first.',
    edits: [
      {
        file: 'src/telephony/domain/recovery-plan.ts',
        find: "if (found.unboundCandidates === 1) return 'bind';",
        replace: "if (found.unboundCandidates >= 1) return 'bind';",
      },
    ],
    caughtBy: { test: 'test/telephony/look-ups.test.ts', name: 'is bound to none of several' },
  },
  {
    name: 'lost-rival-ignored',
    breaks: 'A call that may be that of a lost attempt to the same number is bound to the next one.',
    edits: [
      {
        file: 'src/telephony/domain/recovery-plan.ts',
        find: "if (found.lostRivalLately) return 'ambiguous';",
        replace: '',
      },
    ],
    caughtBy: {
      test: 'test/telephony/look-ups.test.ts',
      name: 'waits for a callback when a lost attempt to the number may have made the call',
    },
  },
  {
    name: 'look-up-without-lease',
    breaks: 'A look-up counts although the worker was frozen past its lease.',
    edits: [
      {
        file: `${RECOVERY}/look-ups.ts`,
        find: 'if (attempt.leaseUntil?.getTime() !== leased.leaseUntil.getTime()) return;',
        replace: '',
      },
    ],
    caughtBy: {
      test: 'test/telephony/late-writers.test.ts',
      name: 'with a look-up that found nothing does not count it once its lease',
    },
  },
  {
    name: 'late-call-interviewed',
    breaks: 'Any call that names an attempt is taken for its own, also after the end.',
    edits: [
      {
        file: `${FACTS}/call-facts.ts`,
        find: "return attempt.status !== 'ended' && attempt.status !== 'claimed';",
        replace: 'return true;',
      },
      {
        file: `${FACTS}/call-facts.ts`,
        find: 'if (attempt.providerCallId !== null) return attempt.providerCallId === providerCallId;',
        replace: 'void providerCallId;',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'call-of-another-bound',
    breaks: 'An attempt takes a call that another attempt is bound to.',
    edits: [
      {
        file: 'src/telephony/rows/attempt-rows.ts',
        find: 'return owner !== undefined;',
        replace: 'return owner === null;',
      },
    ],
    caughtBy: { test: 'test/telephony/webhook-refusals.test.ts', name: 'names the call of another attempt' },
  },
  {
    name: 'replay-not-from-store',
    breaks: 'A turn that is asked for again is not answered with what was said the first time.',
    edits: [
      {
        file: `${TURN}/handle-turn.handler.ts`,
        find: "if (served !== null) return { prompt: served, result: 'replayed', hangUp: [] };",
        replace: 'void served;',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'turn-not-stored',
    breaks: 'A turn is answered and not stored.',
    edits: [
      {
        file: `${TURN}/interview-turn.ts`,
        find: 'await storeTurn(tx, { attemptId, providerCallId, turn: turn.turn, input, prompt, at });',
        replace: 'void [storeTurn, attemptId, providerCallId, input];',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'answer-not-stored',
    breaks: 'The interview goes on without keeping the answer.',
    edits: [
      {
        file: 'src/survey/rows/interview-rows.ts',
        find: "if (effect.kind !== 'answered') continue;",
        replace: "if (effect.kind !== 'answered' || effect.key === 'recommend') continue;",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'opt-out-does-not-suppress',
    breaks: 'Who asks never to be called again is not put on the do-not-call list.',
    edits: [
      {
        file: `${TURN}/interview-turn.ts`,
        find: 'if (standing.neverAgain) await this.suppress(tx, { contact, attempt }, at);',
        replace: '',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'claimed-never-taken-up',
    breaks: 'A claim whose worker has died is left alone.',
    edits: [
      {
        file: `${RECOVERY}/stranded-attempts.ts`,
        find: "WHEN status = 'claimed' THEN claimed_at <= $3 AND",
        replace: "WHEN status = 'claimed' THEN claimed_at <= $3 AND false AND",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'silent-never-asked-for',
    breaks: 'A call that is not heard of any more is not asked for.',
    edits: [
      {
        file: `${RECOVERY}/stranded-attempts.ts`,
        find: 'COALESCE(last_fact_at, dialing_at) <= $4 AND',
        replace: 'COALESCE(last_fact_at, dialing_at) <= $4 AND false AND',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'held-never-settled',
    breaks: 'A call whose settlement was held back is never settled.',
    edits: [
      {
        file: `${RECOVERY}/stranded-attempts.ts`,
        find: 'WHEN settle_after IS NOT NULL THEN settle_after <= $2',
        replace: 'WHEN settle_after IS NOT NULL THEN settle_after <= $2 AND false',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'hang-up-forgotten',
    breaks:
      'A call that is to be hung up is asked for once, and never again when the carrier did not hear it.',
    edits: [
      {
        file: `${RECOVERY}/stranded-attempts.ts`,
        find: 'hang_up_asked_at IS NOT NULL THEN hang_up_asked_at <= $3',
        replace: 'hang_up_asked_at IS NOT NULL THEN hang_up_asked_at <= $3 AND false',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-sequencer-lock',
    breaks: 'Two workers number events at the same time.',
    edits: [
      {
        file: 'src/shared/db/locks.ts',
        find: 'return tryLock(tx, LOCKS.sequencer);',
        replace: 'return tx !== undefined;',
      },
    ],
    caughtBy: {
      test: 'test/event-log/sequencer.test.ts',
      name: 'do not both number: the second finds the lock held',
    },
  },
  {
    name: 'cursor-before-reaction',
    breaks: 'A cursor moves before the reaction to its events was made.',
    edits: [
      {
        file: `${EVENT_LOG}/event-relay.ts`,
        find: `      try {
        await round.subscriber.handle(event);
      } catch (error) {
        await this.fail(`,
        replace: `      try {
        await this.advance(round, event.position, await this.clock.now());
        await round.subscriber.handle(event);
      } catch (error) {
        await this.fail(`,
      },
    ],
    caughtBy: {
      test: 'test/event-log/relay.test.ts',
      name: 'that a crash cut off before the cursor moved is made again',
    },
  },
  {
    name: 'version-without-event',
    breaks: 'An appointment that is moved raises the version of its contact, and no event tells of it.',
    edits: [
      {
        file: 'src/contact/rows/due-contacts.sql.ts',
        find: 'THEN coalesce(c.deferred_from, c.next_attempt_at) END',
        replace: 'THEN coalesce(c.deferred_from, c.next_attempt_at) END, version = c.version + 1',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'event-forgotten',
    breaks: 'A claim of a contact is written without its event.',
    edits: [
      {
        file: 'src/contact/rows/contact-rows.ts',
        find: `      claims.map(({ contact, attemptId, attemptNumber }) => {`,
        replace: `      claims.slice(1).map(({ contact, attemptId, attemptNumber }) => {`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'conflict-aborts-the-batch',
    breaks: 'One number that is in another call keeps everybody of the batch from being claimed.',
    edits: [
      {
        file: 'src/telephony/rows/call-attempt-rows.ts',
        find: 'ON CONFLICT DO NOTHING RETURNING id',
        replace: 'RETURNING id',
      },
    ],
    caughtBy: {
      test: 'test/scheduler/overlapping-claims.test.ts',
      name: 'without any lock still ring each number once; the duplicates wait and stop nobody',
    },
  },
  {
    name: 'number-rung-twice-at-once',
    breaks:
      'A number that is in a call is claimed in another campaign as well, and the conflict is no reason to wait (two lines of defence).',
    edits: [
      {
        file: `${SCHEDULER}/domain/contactability.ts`,
        find: "if (contact.numberInCall) return refuse('number_in_call');",
        replace: '',
      },
      {
        file: 'src/telephony/rows/call-attempt-rows.ts',
        find: 'ON CONFLICT DO NOTHING RETURNING id',
        replace: 'RETURNING id',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'final-state-left',
    breaks: 'The end of a call settles its contact again, also one that is final (two lines of defence).',
    edits: [
      {
        file: `${FACTS}/attempt-settlement.ts`,
        find: "if (contact.state !== 'in_progress' && contact.state !== 'not_reached') return false;",
        replace: '',
      },
      {
        file: `${FACTS}/attempt-settlement.ts`,
        find: "if (!isFinished && contact.state === 'in_progress') {",
        replace: 'if (!isFinished) {',
      },
      {
        file: 'src/contact/domain/settlement.ts',
        find: 'if (step === undefined) return false;',
        replace: 'if (step === undefined) return true;',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'corrected-twice',
    breaks: 'An outcome that was corrected is corrected once more.',
    edits: [
      {
        file: 'src/telephony/domain/call-lifecycle.ts',
        find: 'return !correctedBefore && OUTCOME_CORRECTIONS.from.includes(outcome);',
        replace: 'return OUTCOME_CORRECTIONS.from.includes(outcome);',
      },
    ],
    caughtBy: { test: 'src/telephony/domain/call-lifecycle.spec.ts', name: 'may be corrected once' },
  },
  {
    name: 'given-back-due-at-once',
    breaks: 'A contact that is given back is due in the same tick.',
    edits: [
      {
        file: `${DIAL}/dial-intent.ts`,
        find: 'refusal.nextAttemptAt ?? new Date(at.getTime() + RECLAIM_MS);',
        replace: 'refusal.nextAttemptAt ?? at;',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'retried-too-early',
    breaks: 'A person is called again earlier than the policy says.',
    edits: [
      {
        file: `${SCHEDULER}/domain/retry-plan.ts`,
        find: 'const earliest = new Date(ended.at.getTime() + delayMs);',
        replace: 'const earliest = new Date(ended.at.getTime() + delayMs / 2);',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'attempts-beyond-the-policy',
    breaks: 'Nobody counts the attempts: neither the retry plan, nor claim and dial (two lines of defence).',
    edits: [
      {
        file: `${SCHEDULER}/domain/retry-plan.ts`,
        find: 'const exhausted = ended.attemptsOffered >= campaign.policy.maxAttempts;',
        replace: 'const exhausted = false;',
      },
      {
        file: `${SCHEDULER}/domain/contactability.ts`,
        find: "if (contact.attemptsOffered >= campaign.maxAttempts) return refuse('attempts_exhausted', null, true);",
        replace: '',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-row-lock',
    breaks: 'Contact and attempt are read without a lock and written by what was read.',
    edits: [
      {
        file: 'src/telephony/rows/attempt-rows.ts',
        find: 'FROM call_attempts WHERE id = $1 FOR UPDATE`',
        replace: 'FROM call_attempts WHERE id = $1`',
      },
      {
        file: 'src/contact/rows/settled-contacts.sql.ts',
        find: `      WHERE id = $1
        FOR UPDATE\``,
        replace: `      WHERE id = $1\``,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'no-version-fence',
    breaks: 'An attempt is written whatever its version is, and read without a lock (two lines of defence).',
    edits: [
      {
        file: 'src/telephony/rows/attempt-rows.ts',
        find: 'WHERE id = $1 AND version = $2`',
        replace: 'WHERE id = $1 AND $2::int IS NOT NULL`',
      },
      {
        file: 'src/telephony/rows/attempt-rows.ts',
        find: 'FROM call_attempts WHERE id = $1 FOR UPDATE`',
        replace: 'FROM call_attempts WHERE id = $1`',
      },
      {
        file: 'src/contact/rows/settled-contacts.sql.ts',
        find: `      WHERE id = $1
        FOR UPDATE\``,
        replace: `      WHERE id = $1\``,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'finished-interview-called-again',
    breaks: 'A person who has answered every question is settled as one who hung up, and is called again.',
    edits: [
      {
        file: `${FACTS}/attempt-settlement.ts`,
        find: 'outcome: decision.result, attemptId: before.id });',
        replace:
          "outcome: decision.result === 'completed' ? 'hung_up' : decision.result, attemptId: before.id });",
      },
      {
        file: `${FACTS}/attempt-settlement.ts`,
        find: "{ outcome: 'completed', attemptId: attempt.id,",
        replace: "{ outcome: 'hung_up', attemptId: attempt.id,",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'finished-interview-hung-up',
    breaks: 'The call in which a person has answered every question ends as one in which they hung up.',
    edits: [
      {
        file: 'src/telephony/domain/call-lifecycle.ts',
        find: "if (call.interviewResult !== null) return { kind: 'end', outcome: call.interviewResult };",
        replace: `if (call.interviewResult === 'completed') return { kind: 'end', outcome: 'hung_up' };
  if (call.interviewResult !== null) return { kind: 'end', outcome: call.interviewResult };`,
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'evidence-says-hung-up',
    breaks: 'The stored answers of a finished interview count as those of a person who hung up.',
    edits: [
      {
        file: 'src/telephony/domain/call-lifecycle.ts',
        find: "if (answers.isFinished) return 'completed';",
        replace: "if (answers.isFinished) return 'hung_up';",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'partial-by-one-answer',
    breaks: 'One answer of three is taken for half of them.',
    edits: [
      {
        file: 'src/survey/domain/interview-evidence.ts',
        find: 'requiredAnswered / required.length >= threshold',
        replace: '(requiredAnswered + 1) / required.length >= threshold',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'late-callback-dropped',
    breaks:
      'A callback of a call that is not, or not any more, the one waited for is answered and leaves no trace.',
    edits: [
      {
        file: `${FACTS}/call-facts.ts`,
        find: 'await this.recordLate(tx, call.attempt, { ...fact, saw: signal.kind });',
        replace: 'void signal;',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'answer-of-another-value',
    breaks: 'An answer is stored with another value than the one that was keyed.',
    edits: [
      {
        file: 'src/survey/rows/interview-rows.ts',
        find: 'value: effect.value,',
        replace: "value: typeof effect.value === 'number' ? effect.value + 1 : effect.value,",
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'answer-never-accepted',
    breaks:
      'Every turn after the first is refused as one that another has overtaken: nobody finishes an interview.',
    edits: [
      {
        file: 'src/survey/rows/interview-rows.ts',
        find: 'if (!(await moveInterviewIfCurrent(tx, current, to)))',
        replace: 'if (await moveInterviewIfCurrent(tx, current, to))',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'narrowed-without-gate',
    breaks: 'Fewer calls or hours for a campaign are acknowledged while a dial may still go by the old ones.',
    edits: [
      {
        file: 'src/campaign/edit-campaign/edit-campaign.handler.ts',
        find: "if (sound && seen.status !== 'draft' && isStop(seen, after)) await holdDialGate(tx);",
        replace: 'void [sound, after, isStop, holdDialGate];',
      },
    ],
    caughtBy: { simulation: true },
  },
  {
    name: 'finished-is-offered-again',
    breaks: 'Whoever finished an earlier call while the next was offered in vain is rung for it again.',
    edits: [
      {
        file: `${DIAL}/dial-results.ts`,
        find: 'const isFinished = await this.dropIfFinished(tx, { attempt: change.attempt, contact }, at);',
        replace: 'const isFinished = false;',
      },
    ],
    caughtBy: {
      test: 'test/telephony/late-writers.test.ts',
      name: 'with a request that was not carried out rings nobody who has finished',
    },
  },
  {
    name: 'own-no-is-the-operators',
    breaks:
      "A person's own no is not entered where the number is on the list already: lifting that entry frees it.",
    edits: [
      {
        file: 'src/contact/rows/suppression-rows.ts',
        find: '      ORDER BY s.phone_number',
        replace: `      WHERE NOT EXISTS (SELECT 1 FROM suppressions other WHERE other.phone_number = s.phone_number)
      ORDER BY s.phone_number`,
      },
    ],
    caughtBy: {
      test: 'test/contact/suppressions.test.ts',
      name: 'keeps the no of the person beside what an operator entered',
    },
  },
  {
    name: 'circuit-not-seen-by-claim',
    breaks: 'People are claimed for a campaign whose circuit is open: of its caller id or of the account.',
    edits: [
      {
        file: `${SCHEDULER}/scheduling.queries.ts`,
        find: "COALESCE(c.caller_id, $3)) AND o.state = 'open')",
        replace: "COALESCE(c.caller_id, $3)) AND o.state = 'open' AND false)",
      },
    ],
    caughtBy: {
      test: 'test/scheduler/what-forbids-a-claim.test.ts',
      name: 'an open circuit of a caller id claims nobody of its campaigns, and everybody of a campaign',
    },
  },
  {
    name: 'attempt-before-contact',
    breaks: 'Callbacks, turns, dials and settlements lock the attempt before its contact.',
    edits: [
      {
        file: `${FACTS}/call-facts.ts`,
        find: `    const contact = await this.contacts.lock(tx, contactId);
    const attempt = await lockAttempt(tx, attemptId);`,
        replace: `    const attempt = await lockAttempt(tx, attemptId);
    const contact = await this.contacts.lock(tx, contactId);`,
      },
    ],
    caughtBy: {
      test: 'test/telephony/lock-order.test.ts',
      name: 'two sides that need the same rows at once an opt-out that waits for a contact locked',
    },
  },
  {
    name: 'namesakes-calls-first',
    breaks:
      'Of whoever may never be called again the live calls are locked before the contacts of those calls (three lines of defence).',
    edits: [
      {
        file: `${FACTS}/call-facts.ts`,
        find: 'await this.contacts.lockNamesakes(tx, [phoneNumber]);',
        replace: '',
      },
      {
        file: 'src/contact/rows/suppression-rows.ts',
        find: 'await lockContactsWithNumbers(tx, numbers);',
        replace:
          'await this.attempts.askHangUp(tx, { phoneNumbers: numbers, exceptContactId: keepContactId ?? null }, first.at);',
      },
      {
        file: 'src/telephony/rows/call-attempt-rows.ts',
        find: `    await this.contacts.lockAll(
      tx,
      calls.map(({ contactId }) => contactId),
    );
`,
        replace: '',
      },
    ],
    caughtBy: {
      test: 'test/telephony/lock-order.test.ts',
      name: 'two sides that need the same rows at once an opt-out that waits for a contact locked',
    },
  },
  {
    name: 'key-freed-after-commit',
    breaks:
      'A request whose COMMIT was sent and never answered gives its Idempotency-Key back: repeated, it is carried out twice.',
    edits: [
      {
        file: 'src/access/idempotency/idempotency.interceptor.ts',
        find: 'if (isRefusal(error) || !watch.mayHaveCommitted) await this.free(key);',
        replace: 'await this.free(key);',
      },
    ],
    caughtBy: {
      test: 'test/access/idempotency.test.ts',
      name: 'a repeated Idempotency-Key is not free again after a failure once something may have been committed',
    },
  },
  {
    name: 'finish-lost-to-suppression',
    breaks:
      'Whoever finished an earlier call while the next one rang is not completed if their number is suppressed meanwhile.',
    edits: [
      {
        file: `${FACTS}/attempt-settlement.ts`,
        find: "if (contact.state !== 'in_progress' && contact.state !== 'not_reached') return false;",
        replace: "if (contact.state !== 'in_progress') return false;",
      },
    ],
    caughtBy: {
      test: 'test/telephony/facts.test.ts',
      name: 'settles as completed whoever finished an earlier call while a newer one was already ringing, and whose number is suppressed',
    },
  },
  {
    name: 'finish-lost-to-withdrawal',
    breaks: 'Whoever finished an earlier call while the next one rang can be withdrawn all the same.',
    edits: [
      {
        file: 'src/contact/withdraw-contact/withdraw-contact.handler.ts',
        find: '...(isFinished ? COMPLETED : WITHDRAWN),',
        replace: '...WITHDRAWN,',
      },
    ],
    caughtBy: {
      test: 'test/telephony/facts.test.ts',
      name: 'settles as completed whoever finished an earlier call while a newer one was already ringing, and who is withdrawn',
    },
  },
];
