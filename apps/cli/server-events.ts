import { type EventSourceMessage, createParser } from 'eventsource-parser';
import { Failure } from './failure.js';
import type { Answered } from './http.js';

/** One event may be so long; an answer that goes on beyond it is no event stream. */
const MAX_EVENT_LENGTH = 4_194_304;

/** The server-sent events of an answer, as they come, until Ebb ends them. Raises `Failure` when the connection breaks. */
export async function* serverEvents({ body }: Answered, signal: AbortSignal): AsyncGenerator<EventSourceMessage> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event), maxBufferSize: MAX_EVENT_LENGTH });
  try {
    for await (const part of body.setEncoding('utf8')) {
      parser.feed(part as string);
      yield* events.splice(0);
    }
  } catch (cause) {
    if (signal.aborted) throw cause;
    throw new Failure('unreachable', `The connection to Ebb broke off: ${(cause as Error).message}.`, {
      advice: '`ebb doctor` looks closer.',
      cause,
    });
  }
}
