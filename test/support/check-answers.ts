/**
 * Set up before every spec: whatever is fetched from the REST API of an Ebb, in whatever test, has to be an answer that is
 * described. What describes them is loaded only once there is an answer to be looked at.
 */
const fetchUnchecked = globalThis.fetch;

globalThis.fetch = async (input, init) => {
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
