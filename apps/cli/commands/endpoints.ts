import { Argument } from 'commander';
import { endpointLines, endpointTable } from '../format/endpoint.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';

/** An argument that names an endpoint: the shell completes it with those that there are. */
export function endpointArgument(required = true): Argument {
  return new Argument(required ? '<endpoint>' : '[endpoint]', 'the name of an endpoint');
}

/** `ebb endpoints`. */
export function endpointsCommand(acts: Acts) {
  return taught({
    name: 'endpoints',
    summary: 'list endpoints, or show one with its instances',
    description:
      'Lists the endpoints with what waits, what runs and how many instances there are; or shows one of them.',
    examples: [
      ['ebb endpoints', 'all of them'],
      ['ebb endpoints ocr', 'one, with its variants and what its instances are at'],
      [
        'ebb endpoints --json | jq -r \'.items[] | select(.status == "Failed") | .name\'',
        'the names of those that failed',
      ],
    ],
    exits: { notFound: 'there is no such endpoint' },
  })
    .addArgument(endpointArgument(false))
    .action(acts(endpoints));
}

async function endpoints({ client, terminal }: Session, _options: object, name: string | undefined): Promise<void> {
  if (name !== undefined) {
    const endpoint = await client.endpoint(name);
    if (terminal.isJson) terminal.document(endpoint);
    else terminal.lines(endpointLines(endpoint, Date.now()));
    return;
  }
  const items = await client.endpoints();
  if (terminal.isJson) terminal.document({ items });
  else if (terminal.manner.isQuiet) terminal.lines(items.map((endpoint) => endpoint.name));
  else if (items.length === 0) terminal.note('There are no endpoints yet: `ebb deploy` makes one.');
  else terminal.lines(endpointTable(items, { now: Date.now(), paint: terminal.paint, columns: terminal.columns }));
}
