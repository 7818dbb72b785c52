import type { Environment } from '../shared/environment/environment.js';
import type { DailyHours } from './domain/calling-hours.js';

/**
 * The hours that stand over every campaign on a real carrier; null on the simulator, whose phones wake nobody.
 * Default 08:00-21:00 local time, after 47 CFR 64.1200(c)(1).
 */
export function legalHours(environment: Environment): DailyHours | null {
  if (environment.TELEPHONY_PROVIDER === 'simulator') return null;
  const [from, to] = environment.LEGAL_HOURS.split('-');
  return { from: from!, to: to! };
}
