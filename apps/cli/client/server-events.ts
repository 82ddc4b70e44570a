import { type EventSourceMessage, createParser } from 'eventsource-parser';
import { type Answered, partsOf } from './http.js';

/** One event may be so long; an answer that goes on beyond it is no event stream. */
const MAX_EVENT_LENGTH = 4_194_304;

/** The server-sent events of an answer, as they come, until Ebb ends them. Raises `Failure` when the connection breaks. */
export async function* serverEvents(answer: Answered, signal: AbortSignal): AsyncGenerator<EventSourceMessage> {
  const events: EventSourceMessage[] = [];
  const parser = createParser({ onEvent: (event) => events.push(event), maxBufferSize: MAX_EVENT_LENGTH });
  const decoder = new TextDecoder();
  for await (const part of partsOf(answer, signal)) {
    parser.feed(decoder.decode(part, { stream: true }));
    yield* events.splice(0);
  }
}
