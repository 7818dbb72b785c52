import type { CampaignLoadCounts } from '../../scheduler/contracts/campaign-load.js';
import type { FieldProblem } from '../../shared/errors/domain-error.js';

/** What a start looks at. */
export interface LaunchFacts {
  at: Date;
  name: string;
  endsAt: Date | null;
  /** The campaign's, else the installation's. */
  callerId: string | null;
  /** What the survey lacks, by the survey room. */
  surveyProblems: FieldProblem[];
  load: CampaignLoadCounts;
}

/** Every reason for which a campaign may not start; none when it may. */
export function launchProblems(facts: LaunchFacts): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (facts.name === '') problems.push({ field: 'name', code: 'required', message: 'name is required' });
  problems.push(...facts.surveyProblems);
  problems.push(...contactProblems(facts.load));
  problems.push(...callerIdProblems(facts.callerId), ...endProblems(facts.endsAt, facts.at));
  return problems;
}

export function callerIdProblems(callerId: string | null): FieldProblem[] {
  if (callerId !== null) return [];
  const message = 'no number to call from: set callerId, or configure one for the installation';
  return [{ field: 'callerId', code: 'no_caller_id', message }];
}

export function endProblems(endsAt: Date | null, at: Date): FieldProblem[] {
  if (endsAt === null || endsAt > at) return [];
  return [{ field: 'endsAt', code: 'in_the_past', message: `endsAt is past: ${endsAt.toISOString()}` }];
}

/** Somebody must be left to call; what stands in the way of only some is skipped, not refused. */
function contactProblems(load: CampaignLoadCounts): FieldProblem[] {
  const { open, suppressed, unknownTimezone, neverOpen } = load;
  if (open === 0) {
    return [{ field: 'contacts', code: 'no_contacts', message: 'there is nobody to call' }];
  }
  if (suppressed === open) {
    return [
      { field: 'contacts', code: 'all_suppressed', message: 'every contact is on the do-not-call list' },
    ];
  }
  if (suppressed + unknownTimezone === open) {
    return [
      {
        field: 'defaultTimezone',
        code: 'unknown_timezone',
        message: 'no contact has a known time zone: set defaultTimezone, or timezones of contacts',
      },
    ];
  }
  if (suppressed + unknownTimezone + neverOpen === open) {
    return [
      {
        field: 'policy.callingWindow',
        code: 'never_open',
        message: 'the calling window never opens inside the legal hours of any contact',
      },
    ];
  }
  return [];
}
