/*
 * The container of the benchmark: answers with its input and does nothing else. With ARRIVALS set to a file it also
 * notes when each invocation arrived, one line `<inference id> <milliseconds since the epoch>`, and writes the file
 * when it is told to end.
 */
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const { ARRIVALS, HOST = '127.0.0.1', SAGEMAKER_BIND_TO_PORT = '8080' } = process.env;
const arrivals = [];

process.on('SIGTERM', () => {
  if (ARRIVALS) writeFileSync(ARRIVALS, arrivals.join('\n'));
  process.exit(0);
});

const server = createServer((request, response) => {
  if (request.url === '/ping') {
    request.resume();
    response.writeHead(200, { 'Content-Length': 0 }).end();
    return;
  }
  if (ARRIVALS) {
    const now = performance.timeOrigin + performance.now();
    arrivals.push(`${request.headers['x-amzn-sagemaker-inference-id']} ${now}`);
  }
  response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': request.headers['content-length'] });
  request.pipe(response);
});
server.listen(Number(SAGEMAKER_BIND_TO_PORT), HOST);
