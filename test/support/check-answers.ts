/**
 * Set up before every spec: every answer that a test fetches from Ebb's REST API has to match the OpenAPI document. The
 * document is loaded with the first such answer.
 */
const CHECKED = Symbol.for('ebb.checked-fetch');
const fetchUnchecked = globalThis.fetch;

const fetchChecked: typeof fetch = async (input, init) => {
  const response = await fetchUnchecked(input, init);
  const { pathname, search } = new URL(input instanceof Request ? input.url : input);
  // Only Ebb names requests so: other servers of tests have paths that begin alike.
  if (!pathname.startsWith('/v1/') || !response.headers.has('ebb-request-id')) return response;
  const { expectDocumented } = await import('./documented-answer.js');
  await expectDocumented({
    method: init?.method ?? (input instanceof Request ? input.method : 'GET'),
    url: pathname + search,
    status: response.status,
    contentType: response.headers.get('content-type') ?? '',
    document: () => response.clone().json(),
  });
  return response;
};

// Specs that share a process share its fetch, which is wrapped once.
if (!(CHECKED in fetchUnchecked)) globalThis.fetch = Object.assign(fetchChecked, { [CHECKED]: true });
