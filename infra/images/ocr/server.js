/**
 * Optical character recognition behind SageMaker's container contract: `GET /ping` and `POST /invocations` with a PNG or
 * a JPEG, answered as JSON or, by `Accept`, as plain text.
 *
 * Settings: SAGEMAKER_BIND_TO_PORT (8080), HOST (127.0.0.1 under Ebb's process driver; the Dockerfile says 0.0.0.0),
 * OCR_WORKERS (1).
 */
import { createServer } from 'node:http';
import { ImageError, identifyImage } from './image-type.js';
import { MODEL, Recognizer } from './recognizer.js';

const MAX_BODY_BYTES = 64 * 1024 * 1024;
const port = Number(process.env.SAGEMAKER_BIND_TO_PORT ?? 8080);
const host = process.env.HOST ?? '127.0.0.1';
const engines = Number(process.env.OCR_WORKERS ?? 1);

/** @type {Recognizer | undefined} */
let recognizer;
let isStopping = false;

const server = createServer((request, response) => {
  const started = performance.now();
  response.on('close', () => {
    if (request.url === '/ping') return;
    const status = response.writableFinished ? response.statusCode : 'closed by the caller';
    console.log(`${request.method} ${request.url} ${status} ${Math.round(performance.now() - started)} ms`);
  });
  answer(request, response).catch((error) => {
    const isOurs = !(error instanceof ImageError);
    if (isOurs && !response.destroyed) console.error(error);
    send(response, isOurs ? 500 : error.status, 'application/json', {
      error: isOurs ? 'The image could not be read because of a fault of the model.' : error.message,
    });
  });
});

async function answer(request, response) {
  if (request.method === 'GET' && request.url === '/ping') {
    return send(response, recognizer ? 200 : 503);
  }
  if (request.method !== 'POST' || request.url !== '/invocations') {
    request.resume();
    return send(response, 404, 'application/json', { error: 'There are GET /ping and POST /invocations here.' });
  }
  if (!recognizer) {
    request.resume();
    return send(response, 503, 'application/json', { error: 'The model is still starting.' });
  }
  const type = acceptedType(request.headers.accept);
  if (!type) {
    request.resume();
    return send(response, 406, 'application/json', { error: 'Accept must allow application/json or text/plain.' });
  }
  const gone = new AbortController();
  response.on('close', () => gone.abort());
  const bytes = await readBody(request);
  const image = identifyImage(bytes);
  const recognition = await recognizer.recognize(bytes, gone.signal);
  if (type === 'text/plain') return send(response, 200, 'text/plain; charset=utf-8', recognition.text);
  return send(response, 200, type, { ...recognition, image, model: MODEL });
}

/** The better liked of the two types, JSON where it makes no difference; undefined where neither is allowed. */
function acceptedType(accept = '*/*') {
  const ranges = accept.split(',').map((range) => {
    const [name, ...parameters] = range.split(';').map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith('q='));
    return { name, quality: quality ? Number(quality.slice(2)) : 1 };
  });
  const qualityOf = (type) => {
    const forms = [type, `${type.split('/')[0]}/*`, '*/*'];
    const best = forms.map((form) => ranges.find(({ name }) => name === form)).find(Boolean);
    return best?.quality ?? 0;
  };
  const json = qualityOf('application/json');
  const text = qualityOf('text/plain');
  if (json === 0 && text === 0) return undefined;
  return text > json ? 'text/plain' : 'application/json';
}

async function readBody(request) {
  const chunks = [];
  let sizeBytes = 0;
  for await (const chunk of request) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_BODY_BYTES) throw new ImageError(413, `The body is longer than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Always with a length: SageMaker takes no chunked answer from an asynchronous container. */
function send(response, status, type, content) {
  if (response.destroyed) return;
  const body = content === undefined || typeof content === 'string' ? (content ?? '') : JSON.stringify(content);
  response.writeHead(status, {
    'Content-Length': Buffer.byteLength(body),
    ...(type && { 'Content-Type': type }),
    // A connection that is kept would hold up the end.
    ...(isStopping && { Connection: 'close' }),
  });
  response.end(body);
}

/** Takes no more, finishes what runs, and goes. */
function stop() {
  isStopping = true;
  server.close(() => process.exit(0));
  server.closeIdleConnections();
}
process.on('SIGTERM', stop);
process.on('SIGINT', stop);

server.listen(port, host);
recognizer = await Recognizer.start(engines);
console.log(`The model is ready on port ${server.address().port}`);
