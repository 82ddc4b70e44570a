import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { endTogether } from '../session/end-together.js';
import type { Exit } from '../outcome/exit-code.js';
import { builtEntry } from '../session/service-environment.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** `ebb simulate`: what the simulator itself is told is its own affair. */
export function simulateCommand(acts: Acts) {
  return taught({
    name: 'simulate',
    summary: "play a trace of arrivals against Ebb's scaling, on virtual time",
    description:
      "Runs Ebb's decisions against a trace of arrivals: how long work would wait, and what that would cost. Needs no " +
      'Ebb that runs. All its own options: ebb simulate --help.',
    examples: [
      ['ebb simulate --trace spikes', 'a trace that is shipped'],
      ['ebb simulate --trace mine.json --policy policy.json', 'your own trace under your own policy'],
      ['ebb simulate --compare', 'beside other autoscalers'],
    ],
    exits: { usage: 'the command, a trace or a policy breaks a rule' },
  })
    .argument('[parameters...]', 'options of the simulator')
    .allowUnknownOption()
    .helpOption(false)
    .action(acts(simulate));
}

async function simulate(session: Session, _options: object, parameters: readonly string[]): Promise<Exit> {
  const own = session.terminal.isJson ? [...parameters, '--json'] : parameters;
  const child = spawn(process.execPath, [builtEntry('simulate'), ...own], { stdio: 'inherit' });
  endTogether(child, session);
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null];
  if (signal) return 'interrupted';
  return code === 0 ? 'ok' : code === 2 ? 'usage' : 'failed';
}
