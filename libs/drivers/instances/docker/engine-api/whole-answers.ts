import { finished, type Readable } from 'node:stream';
import type Docker from 'dockerode';

type Callback = (error: unknown, answer: unknown) => void;
type Dial = (options: { readonly isStream?: boolean; readonly hijack?: boolean }, callback: Callback) => void;

/**
 * Makes every call of a client end when its connection does. By itself the client waits for ever for the rest of an answer
 * whose connection breaks in the middle; and in the middle of an answer is where waiting for a container's end passes.
 */
export function failOnBrokenAnswers({ modem }: Docker): void {
  const dial = (modem.dial as Dial).bind(modem);
  modem.dial = ((options, callback) => {
    if (options.isStream || options.hijack) dial(options, callback);
    else dial({ ...options, isStream: true }, (error, answer) => readWhole(error, answer as Readable, callback));
  }) satisfies Dial;
}

function readWhole(refused: unknown, answer: Readable, callback: Callback): void {
  if (refused) return callback(refused, null);
  const chunks: Buffer[] = [];
  answer.on('data', (chunk: Buffer) => chunks.push(chunk));
  finished(answer, (error) => (error ? callback(error, null) : callback(null, parse(Buffer.concat(chunks)))));
}

/** Answers are JSON, or nothing, or a word of no interest. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return body;
  }
}
