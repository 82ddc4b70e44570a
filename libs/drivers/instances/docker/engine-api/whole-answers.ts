import { finished, type Readable } from 'node:stream';
import type Docker from 'dockerode';

type Callback = (error: unknown, answer: unknown) => void;
type Dial = (options: { readonly isStream?: boolean; readonly hijack?: boolean }, callback: Callback) => void;

/**
 * Makes every call of a client end when its connection does. Without this, the client waits without a limit for the
 * rest of an answer whose connection breaks in the middle. A wait for a container's end is always in the middle of an
 * answer.
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

/** An answer is JSON, empty, or a word that Ebb does not need. */
function parse(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return body;
  }
}
