export class ContactabilityDto {
  /** Whether this person may be rung at this instant. */
  permitted: boolean;
  /** Why not; null when permitted. */
  reason: string | null;
  /** The next instant at which the answer may change; null when time alone changes nothing. */
  nextPermittedAt: Date | null;
  /** true when the contact will never be called in this campaign. */
  final: boolean;
  /** The instant the answer holds for, by the database's clock. */
  at: Date;
}
