import { EventLog1763856000001 } from './1763856000001-event-log.js';
import { CampaignsAndSurveys1763856000002 } from './1763856000002-campaigns-and-surveys.js';
import { Contacts1763856000003 } from './1763856000003-contacts.js';
import { Calls1763856000004 } from './1763856000004-calls.js';
import { StateGuards1763856000005 } from './1763856000005-state-guards.js';
import { AccessAndResults1763856000006 } from './1763856000006-access-and-results.js';
import { EventRetention1763856000008 } from './1763856000008-event-retention.js';
import { ClosedLifecycles1763856000010 } from './1763856000010-closed-lifecycles.js';
import { OwnNo1763856000011 } from './1763856000011-own-no.js';

/** Every migration in order; a list, not a glob, so that builds, tests and the command line load the same. */
export const migrations = [
  EventLog1763856000001,
  CampaignsAndSurveys1763856000002,
  Contacts1763856000003,
  Calls1763856000004,
  StateGuards1763856000005,
  AccessAndResults1763856000006,
  EventRetention1763856000008,
  ClosedLifecycles1763856000010,
  OwnNo1763856000011,
];
