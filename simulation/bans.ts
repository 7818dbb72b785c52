import type { Agenda } from './kernel/agenda.js';

/** An order that was acknowledged, and from when to when it forbids a call. */
export interface Ban {
  campaignId: string | null;
  phoneNumber: string | null;
  from: number;
  to: number;
}

/** Neither a campaign nor a number: everything. */
type Subject = Pick<Ban, 'campaignId' | 'phoneNumber'>;

const keyOf = ({ campaignId, phoneNumber }: Subject) => phoneNumber ?? campaignId;

/** What the operators were told is forbidden, and when they said that it may go on. */
export class Bans {
  readonly all: Ban[] = [];
  /** When it was last said to go on, and how many such orders are still under way. */
  private readonly resumes = new Map<string | null, { orderedAt: number; open: number }>();

  constructor(private readonly agenda: Agenda) {}

  /** Forbidden from now on, unless somebody has said meanwhile that it may go on: which of the two came last nobody knows. */
  begin(subject: Subject, orderedAt: number): void {
    const resumes = this.resumes.get(keyOf(subject));
    if (resumes !== undefined && (resumes.open > 0 || resumes.orderedAt >= orderedAt)) return;
    this.all.push({ ...subject, from: this.agenda.now, to: Number.POSITIVE_INFINITY });
  }

  /** Said to go on from now; what is given back ends the order. */
  lift(subject: Subject): () => void {
    const { now } = this.agenda;
    for (const ban of this.all) if (isSame(ban, subject)) ban.to = Math.min(ban.to, now);
    const key = keyOf(subject);
    const resumes = this.resumes.get(key) ?? { orderedAt: now, open: 0 };
    this.resumes.set(key, resumes);
    resumes.orderedAt = now;
    resumes.open++;
    return () => void resumes.open--;
  }
}

function isSame(one: Subject, other: Subject): boolean {
  return one.campaignId === other.campaignId && one.phoneNumber === other.phoneNumber;
}
