import { setTimeout as sleep } from 'node:timers/promises';
import { Failure } from '../outcome/failure.js';
import { seconds } from '../options/option-values.js';
import type { Session } from '../session/session.js';
import { type Acts, taught } from '../options/teach.js';
import { endpointArgument } from './endpoints.js';

const POLL_MS = 200;

interface DeleteOptions {
  readonly wait: boolean;
  readonly timeout: number;
}

/** `ebb delete`. */
export function deleteCommand(acts: Acts) {
  return taught({
    name: 'delete',
    summary: 'delete an endpoint',
    description:
      'Deletes an endpoint and ends its instances. What waits there is settled as Failed; outputs and logs stay. What ' +
      '`ebb deploy` made for it goes with it; a model and an endpoint config that others made stay.',
    examples: [
      ['ebb delete ocr', 'and wait until it is gone'],
      ['ebb delete ocr --no-wait', 'without waiting'],
    ],
    exits: { notFound: 'there is no such endpoint', timedOut: 'it is not gone in time; it goes on', conflict: true },
  })
    .addArgument(endpointArgument())
    .option('--no-wait', 'do not wait until it is gone')
    .option('--timeout <span>', 'how long to wait', seconds, 120)
    .action(acts(remove));
}

async function remove({ client, signal, terminal }: Session, options: DeleteOptions, name: string): Promise<void> {
  await client.deleteEndpoint(name);
  const deadline = performance.now() + options.timeout * 1000;
  while (options.wait && (await client.endpoint(name).catch(goneAsUndefined))) {
    if (performance.now() > deadline) {
      throw new Failure('timedOut', `${name} is still being deleted. It goes on.`, { advice: `ebb why ${name}` });
    }
    await sleep(POLL_MS, undefined, { signal });
  }
  if (terminal.isJson) terminal.document({ name, deleted: options.wait });
  else terminal.note(options.wait ? `${name} is deleted.` : `${name} is being deleted.`);
}

function goneAsUndefined(error: unknown): undefined {
  if (error instanceof Failure && error.exit === 'notFound') return undefined;
  throw error;
}
