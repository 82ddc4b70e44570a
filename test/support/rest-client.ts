/** An answer of the REST API. */
export interface RestAnswer<T> {
  readonly status: number;
  readonly headers: Headers;
  /** The document, where it is one; else its text. */
  readonly body: T;
}

/** Ebb's own REST API at an address, as any HTTP client sees it. */
export class RestClient {
  constructor(
    private readonly url: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  get<T>(path: string): Promise<RestAnswer<T>> {
    return this.call('GET', path);
  }

  post<T>(path: string, body?: object): Promise<RestAnswer<T>> {
    return this.call('POST', path, body);
  }

  put<T>(path: string, body?: object): Promise<RestAnswer<T>> {
    return this.call('PUT', path, body);
  }

  delete<T>(path: string): Promise<RestAnswer<T>> {
    return this.call('DELETE', path);
  }

  private async call<T>(method: string, path: string, body?: object): Promise<RestAnswer<T>> {
    const headers = { ...this.headers, ...(body && { 'content-type': 'application/json' }) };
    const answer = await fetch(`${this.url}/v1/${path}`, { method, headers, body: body && JSON.stringify(body) });
    const text = await answer.text();
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return { status: answer.status, headers: answer.headers, body: (isJson ? JSON.parse(text) : text) as T };
  }
}
