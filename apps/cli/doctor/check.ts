import type { Session } from '../session/session.js';

/** What one look has found. `fail` must be mended, `warn` may have to be, `skip` did not matter here. */
export interface Check {
  readonly name: string;
  readonly outcome: 'ok' | 'warn' | 'fail' | 'skip';
  readonly finding: string;
  readonly advice?: string;
}

/** Looks at one thing, and changes nothing. */
export type Look = (session: Session) => Promise<Check>;
