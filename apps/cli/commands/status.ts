import { invocationFacts, invocationTable, timelineLines } from '../format/invocation.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** `ebb status`. */
export function statusCommand(acts: Acts) {
  return taught({
    name: 'status',
    summary: 'show where invocations stand',
    description: 'Shows one invocation with all that is known of it, or several with a line each.',
    examples: [
      ['ebb status 0f3c…', 'its state, times, what it waits for, where its output is'],
      ['ebb status ID ID ID', 'several of them'],
      ['ebb status ID --json | jq -r .state', 'the state alone, for a script'],
    ],
    exits: { notFound: 'there is no such invocation' },
  })
    .argument('<id...>', 'ids of invocations')
    .action(acts(status));
}

async function status({ client, terminal }: Session, _options: object, ids: readonly string[]): Promise<void> {
  const invocations = [];
  for (const id of ids) {
    const invocation = await client.invocation(id);
    if (terminal.isJson) terminal.document(invocation);
    else invocations.push(invocation);
  }
  const [only, ...others] = invocations;
  const now = Date.now();
  if (!only) return;
  if (others.length === 0) terminal.lines([...invocationFacts(only, now), '', ...timelineLines(only, now)]);
  else terminal.lines(invocationTable(invocations, { now, paint: terminal.paint, columns: terminal.columns }));
}
