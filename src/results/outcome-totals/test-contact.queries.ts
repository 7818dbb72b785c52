import type { Tx } from '../../shared/db/tx.js';

/** Whether a contact stands for one test call; the correction of a call does not say so itself. */
export async function isTestContact(tx: Tx, contactId: string): Promise<boolean> {
  const row = await tx.row(`SELECT 1 FROM contacts WHERE id = $1 AND is_test`, [contactId]);
  return row !== undefined;
}
