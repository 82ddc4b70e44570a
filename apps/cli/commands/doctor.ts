import type { Check } from '../doctor/check.js';
import type { Exit } from '../outcome/exit-code.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** `ebb doctor`. */
export function doctorCommand(acts: Acts) {
  return taught({
    name: 'doctor',
    summary: 'check this machine and the way to Ebb, and say what to do',
    description:
      'Checks the version of Node, whether Ebb answers or its port is free, the data directory and its disk, the ' +
      'container engine, the credentials and the clock. Changes nothing.',
    examples: [
      ['ebb doctor', 'before the first start, or when something is the matter'],
      ['ebb doctor --url https://ebb.example.com', 'the way to another Ebb'],
      ['ebb doctor --json | jq \'.checks[] | select(.outcome == "fail")\'', 'only what must be mended'],
    ],
    exits: { ok: 'nothing must be mended', failed: 'something must be mended' },
  }).action(acts(doctor));
}

async function doctor(session: Session): Promise<Exit> {
  const { terminal } = session;
  const checks: Check[] = [];
  const { CHECKS } = await import('../doctor/checks.js');
  for (const look of CHECKS) {
    const check = await look(session);
    checks.push(check);
    if (!terminal.isJson && (!terminal.manner.isQuiet || check.outcome === 'fail'))
      terminal.lines(linesOf(session, check));
  }
  const isWell = checks.every(({ outcome }) => outcome !== 'fail');
  if (terminal.isJson) terminal.document({ ok: isWell, checks });
  return isWell ? 'ok' : 'failed';
}

function linesOf({ terminal: { paint } }: Session, { advice, finding, name, outcome }: Check): string[] {
  const mark = `${paint.state(outcome)}${' '.repeat(6 - outcome.length)}`;
  return [`${mark}${name.padEnd(13)} ${finding}`, ...(advice === undefined ? [] : [`${' '.repeat(20)}${advice}`])];
}
