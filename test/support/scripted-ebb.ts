import type { Received, Scripted } from './scripted-server.js';

/** An invocation as Ebb describes it. */
export function invocationDocument(id: string, differences: object = {}): object {
  return {
    id,
    inferenceId: id,
    endpointName: 'ocr',
    state: 'Completed',
    priority: 'normal',
    labels: {},
    acceptedAt: '2026-01-01T00:00:00.000Z',
    expiresAt: '2026-01-01T06:00:00.000Z',
    timeoutSeconds: 900,
    startedAt: '2026-01-01T00:00:01.000Z',
    settledAt: '2026-01-01T00:00:02.000Z',
    inputLocation: `s3://b/in/${id}`,
    outputLocation: `s3://b/out/${id}`,
    url: `/v1/invocations/${id}`,
    why: 'It was settled as Completed.',
    timeline: [],
    attempts: [],
    inputUrl: '',
    eventsUrl: '',
    deliveriesUrl: '',
    ...differences,
  };
}

/** An endpoint as Ebb describes it. */
export function endpointDocument(name: string, differences: object = {}): object {
  return {
    name,
    status: 'InService',
    why: '',
    intake: 'open',
    dispatch: 'open',
    gateChanges: {},
    backlog: { queued: 0, running: 0 },
    instances: { desired: 0, starting: 0, inService: 0, draining: 0, paused: 0 },
    createdAt: '2026-01-01T00:00:00.000Z',
    modifiedAt: '2026-01-01T00:00:00.000Z',
    configName: `${name}-1`,
    promise: { startWithinSeconds: 60 },
    keepWarmSeconds: 300,
    output: {},
    variants: [],
    ...differences,
  };
}

/** A stream that tells of these states, and ends. */
function events(...states: string[]): Scripted {
  const told = states.map(
    (state, at) => `id: ${at}\nevent: state\ndata: ${JSON.stringify({ state, at: new Date() })}\n\n`,
  );
  return (response) => response.writeHead(200, { 'content-type': 'text/event-stream' }).end(told.join(''));
}

/** Accepts everything: what is sent gets its body as its id. */
export function accepting(request: Received): Scripted | undefined {
  const { body, method, url } = request;
  const id = /\/v1\/invocations\/([^/?:]+)/.exec(url)?.[1];
  if (method === 'POST' && url === '/v1/endpoints/ocr/invocations') {
    return {
      status: 202,
      document: { id: body, inferenceId: body, state: 'Queued', position: 3, statusUrl: '', outputLocation: '' },
    };
  }
  if (id !== undefined && url.endsWith('/output')) {
    return (response) => response.writeHead(200, { 'content-type': 'text/plain' }).end(`read ${id}`);
  }
  if (url.endsWith('/events')) return events('Running', 'Completed');
  return id === undefined ? undefined : { document: invocationDocument(id) };
}
