import { once } from 'node:events';
import { createServer } from 'node:http';
import { chooseType } from './accept.js';
import { inspectImage } from './image-type.js';
import { ProgressReports } from './progress-reports.js';
import { MODEL, Recognizer, Stopping } from './recognizer.js';
import { Refusal } from './refusal.js';

/** The largest body that is read into memory. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;
const JSON_TYPE = 'application/json';
const TEXT_TYPE = 'text/plain';
const TEXT_TYPE_WITH_CHARSET = 'text/plain; charset=utf-8';

/**
 * @typedef {object} Answer
 * @property {number} status
 * @property {string} [type]
 * @property {string} [body]
 * @property {Record<string, string>} [headers]
 * @property {object} [log] what the request's log line says besides; never contents
 */

const recognizer = new Recognizer();
/**
 * Requests whose answer has not left yet.
 *
 * @type {Map<import('node:http').ServerResponse, import('node:http').IncomingMessage>}
 */
const unanswered = new Map();
let ready = false;
let stopping = false;

const server = createServer((request, response) => void serve(request, response));

/**
 * Answers one request, whatever happens, and writes one line about it. Pings leave none: they come every few
 * seconds.
 *
 * @param {import('node:http').IncomingMessage} request
 * @param {import('node:http').ServerResponse} response
 */
async function serve(request, response) {
  const startedAt = performance.now();
  const gone = new AbortController();
  unanswered.set(response, request);
  response.once('close', () => {
    unanswered.delete(response);
    gone.abort();
  });
  const [pathname = ''] = (request.url ?? '').split('?');
  /** @type {Answer | undefined} */
  let answer;
  try {
    answer = await route(pathname, request, gone.signal);
  } catch (error) {
    answer = gone.signal.aborted || request.socket.destroyed ? undefined : answerTo(error);
  }
  if (answer) send(response, answer);
  // A closed connection without an answer says that nothing was decided: the caller may ask another instance.
  else response.destroy();
  if (pathname === '/ping') return;
  log({
    event: 'request',
    method: request.method,
    path: pathname.slice(0, 100),
    status: answer?.status ?? 'dropped',
    ms: Math.round(performance.now() - startedAt),
    ...answer?.log,
  });
}

/**
 * @param {string} pathname
 * @param {import('node:http').IncomingMessage} request
 * @param {AbortSignal} signal aborts when the caller has gone
 * @returns {Promise<Answer>}
 */
async function route(pathname, request, signal) {
  const method = { '/ping': 'GET', '/invocations': 'POST' }[pathname];
  if (!method) throw new Refusal(404, 'There are GET /ping and POST /invocations.');
  if (request.method !== method) return { ...refuse(405, `Use ${method}.`), headers: { allow: method } };
  if (pathname === '/ping') return { status: ready && !stopping ? 200 : 503 };
  return invoke(request, signal);
}

/**
 * @param {import('node:http').IncomingMessage} request
 * @param {AbortSignal} signal
 * @returns {Promise<Answer>}
 */
async function invoke(request, signal) {
  const type = chooseType(request.headers.accept, [JSON_TYPE, TEXT_TYPE]);
  if (!type) throw new Refusal(406, `Answers are ${JSON_TYPE} or ${TEXT_TYPE}.`);
  const bytes = await readBody(request);
  const image = inspectImage(bytes);
  const reports = new ProgressReports(progressUrl(request), signal);
  const { text, confidence, words } = await recognizer.recognize(bytes, signal, (progress) => reports.tell(progress));
  const facts = { ...image, bytes: bytes.length, words: words.length };
  if (type === TEXT_TYPE) return { status: 200, type: TEXT_TYPE_WITH_CHARSET, body: `${text}\n`, log: facts };
  const body = JSON.stringify({ text, confidence, words, image, model: MODEL });
  return { status: 200, type, body, log: facts };
}

/**
 * Where the caller wants to be told how far the work is, if it does.
 *
 * @param {import('node:http').IncomingMessage} request
 */
function progressUrl({ headers }) {
  const url = headers['ebb-progress-url'];
  return typeof url === 'string' ? url : undefined;
}

/** @param {import('node:http').IncomingMessage} request */
async function readBody(request) {
  const tooLong = new Refusal(413, `The body is longer than ${MAX_BODY_BYTES} bytes.`);
  if (Number(request.headers['content-length']) > MAX_BODY_BYTES) throw tooLong;
  /** @type {Buffer[]} */
  const chunks = [];
  let length = 0;
  // The connection outlives a refusal: it must carry the answer.
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    length += chunk.length;
    if (length > MAX_BODY_BYTES) throw tooLong;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/**
 * @param {unknown} error
 * @returns {Answer | undefined} undefined if the request is better served elsewhere
 */
function answerTo(error) {
  if (error instanceof Stopping) return undefined;
  if (error instanceof Refusal) return refuse(error.status, error.message);
  console.error(error);
  return refuse(500, 'The picture could not be read for a reason that is not its own.');
}

/**
 * @param {number} status
 * @param {string} error
 * @returns {Answer}
 */
function refuse(status, error) {
  return { status, type: JSON_TYPE, body: JSON.stringify({ error }), log: { error } };
}

/**
 * @param {import('node:http').ServerResponse} response
 * @param {Answer} answer
 */
function send(response, { status, type, body = '', headers }) {
  response.writeHead(status, {
    ...headers,
    ...(type ? { 'content-type': type } : {}),
    // Asynchronous endpoints refuse an answer that does not say how long it is.
    'content-length': Buffer.byteLength(body),
    ...(stopping ? { connection: 'close' } : {}),
  });
  response.end(body);
}

/** Takes no more, drops what has not begun, answers what has, and lets the process end. */
async function stop() {
  if (stopping) return;
  stopping = true;
  log({ event: 'stopping' });
  server.close();
  for (const request of unanswered.values()) if (!request.complete) request.destroy();
  await recognizer.stop();
  await Promise.all([...unanswered.keys()].map((response) => once(response, 'close')));
  server.closeAllConnections();
}

/** @param {object} line */
function log(line) {
  console.log(JSON.stringify({ time: new Date().toISOString(), ...line }));
}

/**
 * @param {string} name
 * @param {number} fallback
 * @param {number} least
 * @param {number} most
 */
function integerSetting(name, fallback, least, most) {
  const value = Number(process.env[name] || fallback);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`${name} must be an integer from ${least} to ${most}.`);
}

const port = integerSetting('SAGEMAKER_BIND_TO_PORT', 8080, 0, 65_535);
const workers = integerSetting('OCR_WORKERS', 1, 1, 32);
process.once('SIGTERM', () => void stop());
process.once('SIGINT', () => void stop());
server.listen(port, process.env.HOST || '127.0.0.1');
await once(server, 'listening');
const { port: boundPort } = /** @type {import('node:net').AddressInfo} */ (server.address());
await recognizer.start(workers);
ready = true;
if (!stopping) log({ event: 'ready', port: boundPort, workers, ms: Math.round(process.uptime() * 1000) });
