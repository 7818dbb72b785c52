import type { TransactionOptions } from '../shared/db/database.js';

/** A report of a large campaign reads all of its contacts and calls; it holds no lock while it does. */
export const REPORT_LIMITS: TransactionOptions = {
  retries: 0,
  limits: { statementMs: 15_000, transactionMs: 20_000 },
};
