import type { Tx } from '../shared/db/tx.js';
import type { CallingPolicy } from './contracts/calling-policy.js';
import type { CampaignStatus } from './contracts/campaigns.js';
import type { CampaignSettings } from './domain/campaign-settings.js';

export interface CampaignRow extends CampaignSettings {
  id: string;
  status: CampaignStatus;
  policy: CallingPolicy;
  surveyId: string | null;
  carrier: string | null;
  closingAt: Date | null;
  version: number;
  createdAt: Date;
  startedAt: Date | null;
  pausedAt: Date | null;
  completedAt: Date | null;
}

export const CAMPAIGN_COLUMNS = `id, name, status, language, default_timezone AS "defaultTimezone",
  default_region AS "defaultRegion", caller_id AS "callerId", completion, starts_at AS "startsAt", ends_at AS "endsAt",
  policy, survey_id AS "surveyId", carrier, closing_at AS "closingAt", version, created_at AS "createdAt",
  started_at AS "startedAt", paused_at AS "pausedAt", completed_at AS "completedAt"`;

export function readCampaign(tx: Tx, id: string): Promise<CampaignRow | undefined> {
  return tx.row(`SELECT ${CAMPAIGN_COLUMNS} FROM campaigns WHERE id = $1`, [id]);
}

export function readCampaignForShare(tx: Tx, id: string): Promise<CampaignRow | undefined> {
  return tx.row(`SELECT ${CAMPAIGN_COLUMNS} FROM campaigns WHERE id = $1 FOR SHARE`, [id]);
}

/**
 * FOR NO KEY UPDATE keeps out every other change and every import chunk (FOR SHARE), but not the foreign keys of
 * attempts and interviews: with FOR UPDATE a claim, which holds contacts and then inserts attempts, would deadlock
 * with a closing, which holds the campaign and then dismisses contacts.
 */
export function lockCampaign(tx: Tx, id: string): Promise<CampaignRow | undefined> {
  return tx.row(`SELECT ${CAMPAIGN_COLUMNS} FROM campaigns WHERE id = $1 FOR NO KEY UPDATE`, [id]);
}

/** The same, or undefined at once while somebody else is at it. */
export function lockCampaignIfFree(tx: Tx, id: string): Promise<CampaignRow | undefined> {
  return tx.row(`SELECT ${CAMPAIGN_COLUMNS} FROM campaigns WHERE id = $1 FOR NO KEY UPDATE SKIP LOCKED`, [
    id,
  ]);
}

export async function insertDraft(
  tx: Tx,
  draft: { id: string; settings: CampaignSettings; policy: CallingPolicy; at: Date },
): Promise<void> {
  const { name, language, defaultTimezone, defaultRegion, callerId, completion, startsAt, endsAt } =
    draft.settings;
  await tx.execute(
    `INSERT INTO campaigns (id, name, language, default_timezone, default_region, caller_id, completion, starts_at,
                            ends_at, policy, created_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [
      draft.id,
      name,
      language,
      defaultTimezone,
      defaultRegion,
      callerId,
      completion,
      startsAt,
      endsAt,
      JSON.stringify(draft.policy),
      draft.at,
    ],
  );
}

/** The first version of a new draft's survey; part of its creation, so the version of the campaign stays. */
export async function attachSurvey(tx: Tx, id: string, surveyId: string): Promise<void> {
  await tx.execute(`UPDATE campaigns SET survey_id = $2 WHERE id = $1`, [id, surveyId]);
}

/** Everything an edit may change; `version` is the one after it, one more for each of its events. */
export async function editCampaignIfCurrent(
  tx: Tx,
  before: CampaignRow,
  after: CampaignRow,
): Promise<CampaignRow> {
  return current(
    tx,
    `UPDATE campaigns
        SET name = $3, language = $4, default_timezone = $5, default_region = $6, caller_id = $7, completion = $8,
            starts_at = $9, ends_at = $10, policy = $11, survey_id = $12, version = $13
      WHERE id = $1 AND version = $2`,
    [
      before.id,
      before.version,
      after.name,
      after.language,
      after.defaultTimezone,
      after.defaultRegion,
      after.callerId,
      after.completion,
      after.startsAt,
      after.endsAt,
      JSON.stringify(after.policy),
      after.surveyId,
      after.version,
    ],
  );
}

type Locked = Pick<CampaignRow, 'id' | 'version'>;

export function startDraftIfCurrent(
  tx: Tx,
  draft: Locked,
  start: { carrier: string; at: Date },
): Promise<CampaignRow> {
  return current(
    tx,
    `UPDATE campaigns SET status = 'running', carrier = $3, started_at = $4, version = version + 1
      WHERE id = $1 AND version = $2 AND status = 'draft'`,
    [draft.id, draft.version, start.carrier, start.at],
  );
}

export function pauseRunningIfCurrent(tx: Tx, running: Locked, at: Date): Promise<CampaignRow> {
  return current(
    tx,
    `UPDATE campaigns SET status = 'paused', paused_at = $3, version = version + 1
      WHERE id = $1 AND version = $2 AND status = 'running'`,
    [running.id, running.version, at],
  );
}

export function resumePausedIfCurrent(tx: Tx, paused: Locked): Promise<CampaignRow> {
  return current(
    tx,
    `UPDATE campaigns SET status = 'running', paused_at = NULL, version = version + 1
      WHERE id = $1 AND version = $2 AND status = 'paused' AND closing_at IS NULL`,
    [paused.id, paused.version],
  );
}

export function closeCampaignIfCurrent(tx: Tx, begun: Locked, at: Date): Promise<CampaignRow> {
  return current(
    tx,
    `UPDATE campaigns SET closing_at = $3, version = version + 1
      WHERE id = $1 AND version = $2 AND status IN ('running', 'paused') AND closing_at IS NULL`,
    [begun.id, begun.version, at],
  );
}

export function completeCampaignIfCurrent(tx: Tx, begun: Locked, at: Date): Promise<CampaignRow> {
  return current(
    tx,
    `UPDATE campaigns SET status = 'completed', completed_at = $3, version = version + 1
      WHERE id = $1 AND version = $2 AND status IN ('running', 'paused')`,
    [begun.id, begun.version, at],
  );
}

export function reopenCompletedIfCurrent(
  tx: Tx,
  completed: Locked,
  reopening: { at: Date; endsAt: Date | null },
): Promise<CampaignRow> {
  return current(
    tx,
    `UPDATE campaigns
        SET status = 'paused', paused_at = $3, ends_at = $4, completed_at = NULL, closing_at = NULL, version = version + 1
      WHERE id = $1 AND version = $2 AND status = 'completed'`,
    [completed.id, completed.version, reopening.at, reopening.endsAt],
  );
}

/** The caller holds the row's lock, so a guard that fails is a defect, and its transaction must not commit. */
async function current(tx: Tx, update: string, parameters: unknown[]): Promise<CampaignRow> {
  const row = await tx.row<CampaignRow>(`${update} RETURNING ${CAMPAIGN_COLUMNS}`, parameters);
  if (row === undefined) throw new Error(`campaign ${String(parameters[0])} changed under its lock`);
  return row;
}
