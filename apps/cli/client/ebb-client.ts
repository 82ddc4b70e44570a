import type { Readable } from 'node:stream';
import type {
  AccessKeyDocument,
  CreatedKeyDocument,
  EndpointDocument,
  EndpointSummary,
  InvocationDocument,
  InvocationSummary,
  LogPageDocument,
  ManyDocument,
  Page,
  RotatedKeyDocument,
  SubmittedDocument,
  WhoamiDocument,
} from './documents.js';
import type { Answered, Http, Query } from './http.js';

/** So many of a listing are asked for at a time. */
const PAGE_SIZE = 100;

/** An input to be sent: its bytes, or where it lies. */
export interface Input {
  readonly body?: Readable;
  readonly sizeBytes?: number;
  readonly location?: string;
}

/** Which invocations are meant; what is absent does not matter. */
export interface InvocationFilter {
  readonly endpoint?: string;
  readonly states?: readonly string[];
  readonly labels?: Readonly<Record<string, string>>;
  readonly acceptedAfter?: string;
  readonly acceptedBefore?: string;
  readonly errorClass?: readonly string[];
}

/** Ebb's REST API, as the commands see it. */
export class EbbClient {
  constructor(readonly http: Http) {}

  submit(
    endpoint: string,
    { body, location, sizeBytes }: Input,
    headers: Record<string, string>,
  ): Promise<SubmittedDocument> {
    return this.http.json('POST', `${endpointPath(endpoint)}/invocations`, {
      body,
      headers: {
        ...headers,
        ...(location !== undefined && { 'input-location': location }),
        ...(sizeBytes !== undefined && { 'content-length': String(sizeBytes) }),
      },
    });
  }

  invocation(id: string, signal?: AbortSignal): Promise<InvocationDocument> {
    return this.http.json('GET', invocationPath(id), { signal });
  }

  /** Server-sent events, until the invocation has ended. */
  events(id: string, lastEventId: string | undefined, signal: AbortSignal): Promise<Answered> {
    return this.http.open('GET', `${invocationPath(id)}/events`, { headers: resuming(lastEventId), signal });
  }

  /** Newest first, `limit` at most, page by page. */
  async *invocations(
    filter: InvocationFilter,
    limit: number,
    cursor?: string,
  ): AsyncGenerator<Page<InvocationSummary>> {
    let left = limit;
    let from = cursor;
    do {
      const query: Query = { ...listQuery(filter), limit: Math.min(left, PAGE_SIZE), cursor: from };
      const page = await this.http.json<Page<InvocationSummary>>('GET', '/v1/invocations', { query });
      yield page;
      left -= page.items.length;
      from = page.nextCursor;
    } while (from !== undefined && left > 0);
  }

  output(id: string, signal?: AbortSignal): Promise<Answered> {
    return this.http.open('GET', `${invocationPath(id)}/output`, { signal });
  }

  cancel(id: string): Promise<InvocationDocument> {
    return this.http.json('POST', `${invocationPath(id)}:cancel`);
  }

  redrive(id: string): Promise<InvocationDocument> {
    return this.http.json('POST', `${invocationPath(id)}:redrive`);
  }

  /** Cancels or redrives all that are meant; with `dryRun` only counts them. */
  many(
    verb: 'cancel' | 'redrive',
    filter: InvocationFilter,
    how: { limit?: number; dryRun?: boolean },
  ): Promise<ManyDocument> {
    return this.http.json('POST', `/v1/invocations:${verb}`, { document: { ...filter, ...how } });
  }

  endpoints(signal?: AbortSignal): Promise<EndpointSummary[]> {
    return this.#all('/v1/endpoints', signal);
  }

  endpoint(name: string): Promise<EndpointDocument> {
    return this.http.json('GET', endpointPath(name));
  }

  deploy(document: object): Promise<EndpointDocument> {
    return this.http.json('POST', '/v1/endpoints', { document });
  }

  redeploy(name: string, document: object): Promise<EndpointDocument> {
    return this.http.json('PUT', endpointPath(name), { document });
  }

  async deleteEndpoint(name: string): Promise<void> {
    await this.http.json('DELETE', endpointPath(name));
  }

  async setBounds(name: string, bounds: object): Promise<void> {
    await this.http.json('PUT', `${endpointPath(name)}/bounds`, { document: bounds });
  }

  async change(name: string, verb: 'pause' | 'resume' | 'wake', document: object): Promise<void> {
    await this.http.json('POST', `${endpointPath(name)}:${verb}`, { document });
  }

  logPage(name: string, query: Query): Promise<LogPageDocument> {
    return this.http.json('GET', `${endpointPath(name)}/logs`, { query });
  }

  /** Server-sent events, without end. */
  followLogs(name: string, query: Query, lastEventId: string | undefined): Promise<Answered> {
    return this.http.open('GET', `${endpointPath(name)}/logs`, {
      query: { ...query, follow: true },
      headers: resuming(lastEventId),
    });
  }

  keys(): Promise<AccessKeyDocument[]> {
    return this.#all('/v1/keys');
  }

  createKey(document: object): Promise<CreatedKeyDocument> {
    return this.http.json('POST', '/v1/keys', { document });
  }

  revokeKey(id: string): Promise<AccessKeyDocument> {
    return this.http.json('DELETE', `/v1/keys/${encodeURIComponent(id)}`);
  }

  rotateKey(id: string, graceSeconds: number | undefined): Promise<RotatedKeyDocument> {
    return this.http.json('POST', `/v1/keys/${encodeURIComponent(id)}:rotate`, { document: { graceSeconds } });
  }

  whoami(): Promise<WhoamiDocument> {
    return this.http.json('GET', '/v1/whoami');
  }

  /** Every item of a listing that is never long. */
  async #all<T>(path: string, signal?: AbortSignal): Promise<T[]> {
    const items: T[] = [];
    let cursor: string | undefined;
    do {
      const page: Page<T> = await this.http.json('GET', path, { query: { limit: PAGE_SIZE, cursor }, signal });
      items.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    return items;
  }
}

function listQuery({ labels, states, ...filter }: InvocationFilter): Query {
  return {
    ...filter,
    state: states,
    label: labels && Object.entries(labels).map(([name, value]) => `${name}:${value}`),
  };
}

function resuming(lastEventId: string | undefined): Record<string, string> {
  return lastEventId === undefined ? {} : { 'last-event-id': lastEventId };
}

function endpointPath(name: string): string {
  return `/v1/endpoints/${encodeURIComponent(name)}`;
}

function invocationPath(id: string): string {
  return `/v1/invocations/${encodeURIComponent(id)}`;
}
