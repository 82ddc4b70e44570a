import { outputTo } from '../invoke/save-output.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** `ebb output`. */
export function outputCommand(acts: Acts) {
  return taught({
    name: 'output',
    summary: 'fetch what an invocation has come to',
    description: 'Writes the output of a Completed invocation to standard output, or to a file.',
    examples: [
      ['ebb output 0f3c…', 'to the screen, or into a pipe'],
      ['ebb output 0f3c… --out letter.txt', 'into a file, which is there only when it is whole'],
    ],
    exits: {
      notFound: 'there is no such invocation, or its output was removed',
      failed: 'it has ended without an output',
      conflict: 'it has not ended yet',
    },
  })
    .argument('<id>', 'the id of an invocation')
    .option('-o, --out <file>', 'the file to write')
    .action(acts(output));
}

async function output(session: Session, { out }: { out?: string }, id: string): Promise<void> {
  const { client, terminal } = session;
  const answer = await client.output(id);
  await outputTo(answer, out, session);
  if (out !== undefined && terminal.isJson) terminal.document({ id, file: out });
  else if (out !== undefined) terminal.note(`Wrote ${out}.`);
}
