/** What the exit codes of `ebb` are called. They are part of its interface: none changes its meaning. */
export type Exit =
  | 'ok'
  | 'failed'
  | 'usage'
  | 'notFound'
  | 'refused'
  | 'unreachable'
  | 'timedOut'
  | 'conflict'
  | 'later'
  | 'interrupted'
  | 'unread';

/** The exit codes by name. */
export const EXIT_CODES: Readonly<Record<Exit, number>> = {
  ok: 0,
  failed: 1,
  usage: 2,
  notFound: 3,
  refused: 4,
  unreachable: 5,
  timedOut: 6,
  conflict: 7,
  later: 8,
  interrupted: 130,
  unread: 141,
};

/** What each exit code means unless a command says it more exactly. */
export const EXIT_MEANINGS: Readonly<Record<Exit, string>> = {
  ok: 'it went well',
  failed: 'it failed',
  usage: 'the command, or what it sent, breaks a rule',
  notFound: 'there is no such thing',
  refused: 'the credentials are missing, wrong, or do not allow it',
  unreachable: 'Ebb cannot be reached',
  timedOut: 'it took longer than was allowed; what was begun goes on',
  conflict: 'the present state does not allow it',
  later: 'Ebb cannot take it now; the same may go well later',
  interrupted: 'interrupted with Ctrl-C',
  unread: 'nobody read on: its output was a pipe to a program that ended',
};

const BY_STATUS: Readonly<Record<number, Exit>> = {
  401: 'refused',
  403: 'refused',
  404: 'notFound',
  408: 'timedOut',
  409: 'conflict',
  412: 'conflict',
  429: 'later',
  503: 'later',
  507: 'later',
};

/** How a command ends that Ebb has answered with this HTTP status. */
export function exitOfStatus(status: number): Exit {
  return BY_STATUS[status] ?? (status >= 400 && status < 500 ? 'usage' : 'failed');
}
