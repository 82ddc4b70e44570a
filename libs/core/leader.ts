/** Who holds a duty that only one process may have at a time, such as deciding how many instances there are. */
export interface Leader {
  readonly holder: string;
  /** Grows with every change of holder. */
  readonly term: number;
  /** From then on another may take over. */
  readonly until: number;
}

/** How long a duty is held without being prolonged, and how often it is. */
export const LEADERSHIP_MS = 30_000;
export const LEADERSHIP_RENEWAL_MS = 10_000;

/** What the record becomes when `holder` asks for the duty: prolonged, taken over when its time is over, or as it was. */
export function claim(current: Leader, holder: string, now: number): Leader {
  if (current.holder === holder) return { ...current, until: now + LEADERSHIP_MS };
  if (now < current.until) return current;
  return { holder, term: current.term + 1, until: now + LEADERSHIP_MS };
}
