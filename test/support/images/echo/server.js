/*
 * A model container that answers with its input, and misbehaves on demand. Plain Node, no packages.
 *
 * For the whole instance, by environment variables:
 *   ECHO_BOOT_MS=500          listens only after so long
 *   ECHO_PING=503             what /ping answers: a status (200), or `hang`
 *   ECHO_PING_AFTER_MS=500    /ping answers 503 for so long after the start
 *   ECHO_EXIT_AFTER_MS=500    ends with exit code 3 so long after the start
 *   ECHO_IGNORE_SIGTERM=yes   has to be killed
 *   ECHO_CANCEL=503           what POST /cancel answers: a status (200)
 *   ECHO_CHILD=yes            starts a child process that never ends and prints `child <pid>`; `escaped`: in a
 *                             process group of its own
 *   ECHO_REQUEST=delayMs=20   knobs for every request, in the form below
 *
 * For one request, by the custom attributes, separated by semicolons (`delayMs=100;status=500`):
 *   delayMs=100        answers so late
 *   hold=/path         answers once there is a file at this path
 *   status=500         answers so
 *   contentType=a/b    instead of the request's own
 *   headerBytes=5000   adds a header of so many bytes
 *   chunked            gives no Content-Length
 *   size=1000000       answers with so many bytes instead of its input, which it reads and drops
 *   early              answers without having read its input (with size or status)
 *   describe           answers JSON: the request's headers, the environment, the working directory, the model's files
 *   report=3           reports its progress so many times and a partial result before it answers
 *   hang               never answers; prints `closed <inference id>` when its connection is closed
 *   reset              closes the connection instead of answering
 *   breakAfter=10      promises all of the answer, sends so many bytes of it, closes the connection
 *   exit=1             ends the process with this code instead of answering, or instead of closing the connection
 *   closeIdle          closes the connection after the answer though it promised to keep it
 *   print=1000         prints so many lines before it answers
 *   printLong=9000     prints one line of so many characters, of two bytes each, before it answers
 *   printHeader=name   prints this header of the request before it answers
 *   allocate=400       takes so many MiB of memory for good before it answers
 *   ping=503           what /ping answers from now on: a status, or `hang`
 *   connect=host:80    answers `connected`, or the code of the error, of a connection there
 *   read=/path         answers the text of a file
 *
 * It prints `ready` when it listens and one line for each request.
 */
import { spawn } from 'node:child_process';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const { env } = process;
const CONNECT_TIMEOUT_MS = 2_000;
const HOLD_LOOK_MS = 10;
const startedAt = Date.now();
const allocated = [];
let ping = env.ECHO_PING ?? 200;

if (env.ECHO_EXIT_AFTER_MS) setTimeout(() => process.exit(3), Number(env.ECHO_EXIT_AFTER_MS));
process.on('SIGTERM', () => {
  console.log('SIGTERM');
  if (env.ECHO_IGNORE_SIGTERM !== 'yes') process.exit(0);
});
if (env.ECHO_CHILD) {
  const forever = ['-e', 'process.on("SIGTERM", () => {}); setInterval(() => {}, 1e6)'];
  const child = spawn(process.execPath, forever, { stdio: 'inherit', detached: env.ECHO_CHILD === 'escaped' });
  console.log(`child ${child.pid}`);
}

const server = createServer((request, response) => {
  if (request.url === '/ping') answerPing(request, response);
  else if (request.url === '/cancel') answerCancel(request, response);
  else answerInvocation(request, response).catch(() => response.destroy());
});
await sleep(Number(env.ECHO_BOOT_MS ?? 0));
server.listen(Number(env.SAGEMAKER_BIND_TO_PORT ?? 8080), env.HOST ?? '127.0.0.1', () => console.log('ready'));

function answerPing(request, response) {
  request.resume();
  if (ping === 'hang') return;
  const early = Date.now() - startedAt < Number(env.ECHO_PING_AFTER_MS ?? 0);
  response.writeHead(early ? 503 : Number(ping), { 'Content-Length': 0 }).end();
}

function answerCancel(request, response) {
  console.log(`${request.method} /cancel ${request.headers['x-amzn-sagemaker-inference-id'] ?? ''}`);
  response.writeHead(Number(env.ECHO_CANCEL ?? 200), { 'Content-Length': 0 }).end();
}

async function answerInvocation(request, response) {
  const knobs = readKnobs(request.headers['x-amzn-sagemaker-custom-attributes']);
  console.log(`${request.method} ${request.url} ${request.headers['x-amzn-sagemaker-inference-id'] ?? ''}`);
  if ('delayMs' in knobs) await sleep(Number(knobs.delayMs));
  if ('hold' in knobs) await untilThere(knobs.hold);
  if ('report' in knobs) await report(request.headers['ebb-progress-url'], Number(knobs.report));
  if ('print' in knobs) printLines(Number(knobs.print));
  if ('printLong' in knobs) console.log('ü'.repeat(Number(knobs.printLong)));
  if ('printHeader' in knobs) console.log(`${knobs.printHeader}: ${request.headers[knobs.printHeader]}`);
  if ('allocate' in knobs) allocate(Number(knobs.allocate));
  if ('ping' in knobs) ping = knobs.ping;
  if ('exit' in knobs && !('breakAfter' in knobs)) process.exit(Number(knobs.exit));
  if ('reset' in knobs) request.socket.destroy();
  if ('hang' in knobs) {
    response.on('close', () => console.log(`closed ${request.headers['x-amzn-sagemaker-inference-id']}`));
  }
  if ('reset' in knobs || 'hang' in knobs) return;
  if ('closeIdle' in knobs) response.on('finish', () => setImmediate(() => request.socket.destroy()));

  const length = request.headers['content-length'];
  const status = Number(knobs.status ?? 200);
  const headers = {
    'Content-Type': knobs.contentType ?? request.headers['content-type'] ?? 'application/octet-stream',
  };
  if ('headerBytes' in knobs) headers['X-Padding'] = 'x'.repeat(Number(knobs.headerBytes));
  const answer = await answerTo(knobs, request);
  const bytes = answer === undefined ? undefined : Buffer.from(answer);
  const size = bytes ? bytes.length : (knobs.size ?? ('early' in knobs ? 0 : length));
  if (!('chunked' in knobs) && size !== undefined) headers['Content-Length'] = Number(size);
  response.writeHead(status, headers);

  if (!('early' in knobs) && (bytes || 'size' in knobs || 'breakAfter' in knobs)) await drain(request);
  if ('breakAfter' in knobs) response.write(Buffer.alloc(Number(knobs.breakAfter)), () => breakOff(request, knobs));
  else if (bytes) response.end(bytes);
  else if ('size' in knobs) await pipeline(generate(Number(knobs.size)), response);
  else if ('early' in knobs) response.end();
  else request.pipe(response);
}

async function report(url, times) {
  for (let step = 1; step <= times; step++) {
    const body = JSON.stringify({ progress: step / times, message: `step ${step} of ${times}` });
    await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  }
  await fetch(`${url}/partial`, { method: 'POST', headers: { 'content-type': 'text/plain' }, body: 'a part' });
}

async function untilThere(path) {
  while (!existsSync(path)) await sleep(HOLD_LOOK_MS);
}

function readKnobs(attributes = '') {
  const pairs = `${env.ECHO_REQUEST ?? ''};${attributes}`.split(';').filter((pair) => pair.trim() !== '');
  return Object.fromEntries(pairs.map((pair) => pair.trim().split('=', 2)).map(([name, value]) => [name, value ?? '']));
}

/** What is answered in place of the input, if anything. */
function answerTo(knobs, request) {
  if ('describe' in knobs) return JSON.stringify(describe(request));
  if ('read' in knobs) return readFileSync(knobs.read);
  if ('connect' in knobs) return tryToConnect(knobs.connect);
  return undefined;
}

function tryToConnect(address) {
  const [host, port] = address.split(':');
  const { promise, resolve } = Promise.withResolvers();
  const socket = connect({ host, port: Number(port), timeout: CONNECT_TIMEOUT_MS });
  socket.once('connect', () => resolve('connected'));
  socket.once('timeout', () => resolve('timed out'));
  socket.once('error', ({ code }) => resolve(code));
  return promise.finally(() => socket.destroy());
}

function printLines(count) {
  for (let number = 1; number <= count; number++) console.log(`line ${number} of ${count}`);
}

function allocate(mebibytes) {
  for (let count = 0; count < mebibytes; count++) allocated.push(Buffer.alloc(1_048_576, 1));
}

function describe(request) {
  const directory = env.SM_MODEL_DIR;
  const files = directory ? readdirSync(directory, { recursive: true }).sort() : [];
  return { headers: request.headers, env, directory: process.cwd(), version: process.version, modelFiles: files };
}

function breakOff(request, knobs) {
  if ('exit' in knobs) process.exit(Number(knobs.exit));
  request.socket.destroy();
}

async function drain(request) {
  for await (const _ of request);
}

function* generate(size) {
  const chunk = Buffer.alloc(65_536, 'x');
  for (let left = size; left > 0; left -= chunk.length) yield left < chunk.length ? chunk.subarray(0, left) : chunk;
}
