/** One run of a worker process, from its start to its crash. What belongs to an ended life never happens. */
export class Life {
  ended = false;
  /** Virtual time until which the process stands still, as a stopped one does: its appointments wait, its connections stay. */
  frozenUntil = 0;

  constructor(
    readonly name: string,
    /** false for what only sets the world up and looks at it. */
    readonly mayFail = true,
  ) {}
}
